import CImageCodecs

/// Whether somebody still wants the image that is being decoded. Asked often, so it has to be quick; it may be asked on
/// the decoding thread alone.
package typealias Interest = () -> Bool

/// Passes a question to the C shim, as a function and its context, for as long as `body` runs.
func withInterest(_ isWanted: Interest, _ body: (sluice_interest) -> Void) {
  withoutActuallyEscaping(isWanted) { question in
    var question = question
    unsafe withUnsafeMutablePointer(to: &question) { context in
      let ask: @convention(c) (UnsafeMutableRawPointer?) -> Int32 = { context in
        guard let question = unsafe context?.assumingMemoryBound(to: Interest.self).pointee else { return 1 }
        return question() ? 1 : 0
      }
      unsafe body(sluice_interest(is_wanted: ask, context: context))
    }
  }
}

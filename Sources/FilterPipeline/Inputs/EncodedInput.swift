import Pixels

/// One input on its way to a verdict: an encoded image, or what became of an attempt to read one.
package struct EncodedInput: Sendable {
  /// Where it comes from: a path, a tar member, or a stream.
  package let source: String
  /// Where in a stream it begins, in bytes; `nil` for whole files.
  package let offset: Int?
  package let bytes: [UInt8]
  /// Why there is nothing to decode.
  package let problem: Problem?

  package enum Problem: Sendable {
    /// The input breaks a rule: it is rejected.
    case rejected(SluiceError)
    /// The input could not be read: no verdict is possible.
    case unreadable(SluiceError)
  }

  package init(source: String, offset: Int? = nil, bytes: [UInt8], problem: Problem? = nil) {
    self.source = source
    self.offset = offset
    self.bytes = bytes
    self.problem = problem
  }
}

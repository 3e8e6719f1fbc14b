import Common
import Glibc

/// Memory for the samples of images: aligned to a cache line, which is also enough for every vector load.
package enum SampleMemory {
  /// The longest piece that is given out, in bytes: lowered by tests, which want to see what happens when none is left.
  @TaskLocal package static var longest = Int.max

  private static let alignment = 64

  /// Memory for `count` samples, not cleared; to be given back with `release`.
  ///
  /// - Throws: `out-of-memory`.
  static func allocate(_ count: Int) throws(SluiceError) -> UnsafeMutableBufferPointer<UInt8> {
    var memory: UnsafeMutableRawPointer?
    guard count <= longest, unsafe posix_memalign(&memory, alignment, count) == 0, let memory = unsafe memory else {
      throw SluiceError(
        .outOfMemory, "no memory is left for \(count) bytes of pixels", remedy: "try again when less is being done")
    }
    return unsafe UnsafeMutableBufferPointer(
      start: memory.bindMemory(to: UInt8.self, capacity: count), count: count)
  }

  static func release(_ memory: UnsafeMutableBufferPointer<UInt8>) {
    unsafe free(memory.baseAddress)
  }
}

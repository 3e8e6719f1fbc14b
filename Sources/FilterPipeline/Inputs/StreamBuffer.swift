import ImageCodecs
import Pixels

/// The part of a byte stream that is being looked at: read on demand, released when it is done with.
///
/// Positions count from the current head, so that parsing looks the same wherever in the stream it happens.
final class StreamBuffer {
  private var file: FileDescriptor
  private var bytes: [UInt8] = []
  private var head = 0
  private var isAtEnd = false
  /// Bytes whose checksum has been taken, some of them more than once.
  var checksummed = 0
  /// Bytes of the stream before the head.
  private(set) var consumed = 0

  init(_ file: consuming FileDescriptor) {
    self.file = file
  }

  /// Bytes held from the head on.
  var count: Int { bytes.count - head }

  subscript(position: Int) -> UInt8 { bytes[head + position] }

  /// Calls `body` with the bytes held from the head on.
  func withHeld<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let bytes = bytes
    return body(bytes.span.extracting(head...))
  }

  /// The format of the image that begins at `position`.
  func imageFormat(at position: Int) -> ImageFormat? {
    withHeld { ImageFormat.at(position, in: $0) }
  }

  /// Reads until `wanted` bytes are held; false when the stream ends before that.
  func ensure(_ wanted: Int) throws(SluiceError) -> Bool {
    while count < wanted && !isAtEnd {
      let block = try file.read()
      if block.isEmpty { isAtEnd = true }
      bytes += block
    }
    return count >= wanted
  }

  /// Moves the head forward and releases what is behind it.
  ///
  /// - Precondition: so many bytes are held.
  func consume(_ length: Int) {
    precondition(length >= 0 && length <= count)
    head += length
    consumed += length
    // Moving the rest to the front for every image would copy large buffers over and over.
    guard head == bytes.count || head >= 1 << 20 else { return }
    bytes.removeFirst(head)
    head = 0
  }

  /// Moves the head forward by up to `length` bytes, reading as needed and holding none of them; returns how far.
  func skip(_ length: Int) throws(SluiceError) -> Int {
    var left = length
    while left > 0, try ensure(1) {
      let step = min(left, count)
      consume(step)
      left -= step
    }
    return length - left
  }

  /// A copy of the first `length` bytes, and the head moved behind them.
  func take(_ length: Int) -> [UInt8] {
    let taken = [UInt8](bytes[head..<head + length])
    consume(length)
    return taken
  }
}

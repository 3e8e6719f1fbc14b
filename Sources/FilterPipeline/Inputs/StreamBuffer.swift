import Common
import Files
import ImageCodecs

/// The part of a byte stream that is being looked at: read on demand, released when it is done with.
///
/// Positions count from the current head, so that parsing looks the same wherever in the stream it happens.
final class StreamBuffer {
  private var file: FileReader
  private var bytes: [UInt8] = []
  private var head = 0
  private(set) var isAtEnd = false
  /// Bytes of the stream before the head.
  private(set) var consumed = 0
  /// Bytes looked at, each as often as it was, and bytes moved: what it costs to take the stream apart.
  private(set) var examined = 0
  /// What was spent of the allowance for looking at the same bytes again.
  private var repeated = 0

  init(_ file: consuming FileReader) {
    self.file = file
  }

  /// Bytes held from the head on.
  var count: Int { bytes.count - head }

  subscript(position: Int) -> UInt8 {
    examined &+= 1
    return bytes[head + position]
  }

  /// Calls `body` with the bytes held from the head on.
  func withHeld<Result>(_ body: (Span<UInt8>) -> Result) -> Result {
    let bytes = bytes
    return body(bytes.span.extracting(head...))
  }

  /// The format of the image that begins at `position`.
  func imageFormat(at position: Int) -> ImageFormat? {
    withHeld { ImageFormat.at(position, in: $0) }
  }

  /// Where the image that begins with a range, all of it held, ends; `nil` where it does not do so in the range.
  func endOfImage(in range: Range<Int>) -> Int? {
    examined += range.count
    return withHeld { bytes in
      let part = bytes.extracting(range)
      return ImageFormat.at(0, in: part)?.end(in: part).map { range.lowerBound + $0 }
    }
  }

  /// The first position in the range, all of it held, of which `isMatch` says so.
  func firstPosition(in range: Range<Int>, where isMatch: (Span<UInt8>, Int) -> Bool) -> Int? {
    let found = withHeld { bytes -> Int? in
      var position = range.lowerBound
      while position < range.upperBound {
        if isMatch(bytes, position) { return position }
        position += 1
      }
      return nil
    }
    examined += (found ?? range.upperBound) - range.lowerBound
    return found
  }

  /// The CRC-32 of the bytes in a range, all of it held.
  func checksum(of range: Range<Int>) -> UInt32 {
    examined += range.count
    return withHeld { crc32($0.extracting(range)) }
  }

  private static let repeatsPerByte = 8

  /// Spends what it costs to look again at bytes that were looked at before.
  ///
  /// A hostile stream could ask for the same megabytes over and over. It is refused once several times as much was
  /// spent as was consumed, which leaves sound streams alone.
  ///
  /// - Parameters:
  ///   - cost: in bytes.
  ///   - limit: the longest permitted image, which is granted in advance.
  /// - Returns: whether they may be looked at again; nothing is spent where not.
  func spend(_ cost: Int, limit: Int) -> Bool {
    guard repeated <= Self.repeatsPerByte * (consumed + limit) else { return false }
    repeated += cost
    return true
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
    // The rest moves to the front only when no more is moved than was consumed: many short images before a long rest
    // would have it moved over and over.
    guard head == bytes.count || head >= max(1 << 20, count) else { return }
    examined += count
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

  /// A copy of the first `length` bytes, all of them held.
  func copy(_ length: Int) -> [UInt8] { [UInt8](bytes[head..<head + length]) }

  /// A copy of the first `length` bytes, and the head moved behind them.
  func take(_ length: Int) -> [UInt8] {
    let taken = copy(length)
    consume(length)
    return taken
  }
}

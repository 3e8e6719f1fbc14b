import Common
import ImageCodecs

/// Images back to back, as `ffmpeg -f image2pipe` and `cat *.jpg` write them.
///
/// Each image is handed on as soon as its last byte has arrived. Spaces, line breaks, zero bytes, fill bytes (FF) and
/// the headers of multipart streams between images are passed over; any other bytes that are no image become an input
/// of their own, so that nothing is lost. Damage costs the image it lies in: the search for the next one begins where
/// the structure broke.
final class ImageStream: InputStream {
  let passedOver = 0
  private let buffer: StreamBuffer
  private let name: String
  private let limit: Int
  private var boundaries: ImageBoundaries
  private var partHeaders: PartHeaders

  /// How much of what is no image is kept for its verdict.
  private static let keptJunk = 1 << 16

  /// - Parameters:
  ///   - limit: the longest permitted image in bytes.
  init(_ buffer: StreamBuffer, name: String, limit: Int) {
    self.buffer = buffer
    self.name = name
    self.limit = limit
    boundaries = ImageBoundaries(in: buffer, limit: limit)
    partHeaders = PartHeaders(in: buffer)
  }

  var examined: Int { buffer.examined }

  func next() throws(SluiceError) -> EncodedInput? {
    repeat { try skipPadding() } while try partHeaders.skip()
    guard try buffer.ensure(1) else { return nil }
    _ = try buffer.ensure(8)
    guard let format = buffer.imageFormat(at: 0) else { return try junk() }
    switch try boundaries.next(of: format) {
    case .end(let end) where end <= limit: return image(end)
    case .end(let end): return try tooLong(searchFrom: end)
    case .tooLong(let position): return try tooLong(searchFrom: position)
    case .broken(let position):
      let end = try nextSignature(from: position, holdingAtMost: limit)
      return end.isHeld ? image(end.position) : tooLong(at: end.start)
    }
  }

  private func skipPadding() throws(SluiceError) {
    while try buffer.ensure(2) || buffer.count > 0 {
      // Whether the last byte is fill shows only in the one behind it.
      let end = buffer.isAtEnd ? buffer.count : buffer.count - 1
      let found = buffer.firstPosition(in: 0..<end) { bytes, position in !Self.isPadding(bytes, at: position) }
      buffer.consume(found ?? end)
      if found != nil { return }
    }
  }

  /// Whether a byte may stand between images and belong to none.
  static func isPadding(_ bytes: Span<UInt8>, at position: Int) -> Bool {
    switch bytes[position] {
    case 0x00, 0x09, 0x0A, 0x0D, 0x20: true
    // JPEG permits any number of them before a marker; before a PNG, or at the end, they are fill as well.
    case 0xFF: position + 1 == bytes.count || bytes[position + 1] == 0xFF || bytes[position + 1] == 0x89
    default: false
    }
  }

  private func image(_ length: Int) -> EncodedInput {
    let offset = buffer.consumed
    return EncodedInput(source: name, offset: offset, bytes: buffer.take(length))
  }

  private func junk() throws(SluiceError) -> EncodedInput {
    let offset = buffer.consumed
    let end = try nextSignature(from: 1, holdingAtMost: Self.keptJunk)
    let length = buffer.consumed - offset + (end.isHeld ? end.position : 0)
    let bytes = end.isHeld ? buffer.take(end.position) : []
    return EncodedInput(
      source: name, offset: offset, bytes: bytes,
      problem: .rejected(
        SluiceError(.notAnImage, "\(length) bytes that do not belong to a JPEG or PNG", byteOffset: 0)))
  }

  private func tooLong(searchFrom position: Int) throws(SluiceError) -> EncodedInput {
    let offset = buffer.consumed
    _ = try nextSignature(from: position, holdingAtMost: 0)
    return tooLong(at: offset)
  }

  private func tooLong(at offset: Int) -> EncodedInput {
    EncodedInput(
      source: name, offset: offset, bytes: [],
      problem: .rejected(
        SluiceError(.tooManyBytes, "the image is longer than the permitted \(limit) bytes", byteOffset: limit)))
  }

  /// Finds where the next image begins, or the stream ends.
  ///
  /// Once more than `bound` bytes lie before that, they are released, and the head moves to the place itself.
  private func nextSignature(
    from start: Int, holdingAtMost bound: Int
  ) throws(SluiceError) -> (isHeld: Bool, position: Int, start: Int) {
    let offset = buffer.consumed
    var position = start
    var isHeld = start <= bound
    if !isHeld {
      position = start - (try buffer.skip(start))
    }
    while try buffer.ensure(position + Self.examinedAhead) || buffer.count > position {
      let end = buffer.isAtEnd ? buffer.count : buffer.count - Self.examinedAhead + 1
      let found = buffer.firstPosition(in: position..<end, where: Self.beginsImage)
      position = found ?? end
      if isHeld && position > bound { isHeld = false }
      if !isHeld {
        buffer.consume(position)
        position = 0
      }
      if found != nil { break }
    }
    return (isHeld, position, offset)
  }

  /// How many bytes must have arrived to tell whether an image begins at the first of them.
  private static let examinedAhead = 16

  private static func beginsImage(_ bytes: Span<UInt8>, at position: Int) -> Bool {
    (bytes[position] == 0xFF || bytes[position] == 0x89) && ImageFormat.begins(at: position, in: bytes)
  }
}

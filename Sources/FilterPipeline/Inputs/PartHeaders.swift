import Common

/// The lines between the images of a multipart stream (RFC 2046): what `ffmpeg -f mpjpeg` and cameras write.
///
/// Each image has a header before it: a line `--BOUNDARY`, lines `Name: value` of which one gives a type of images,
/// and an empty line. A line `--BOUNDARY--` ends the last part.
struct PartHeaders {
  private let buffer: StreamBuffer
  private var boundary: [UInt8] = []

  private static let longestBoundary = 70
  private static let longestLine = 1000
  private static let maxLines = 32

  init(in buffer: StreamBuffer) {
    self.buffer = buffer
  }

  /// Moves the head behind a header that stands there, or behind the last line of all parts.
  ///
  /// Anything else is left where it is, down to the last byte.
  ///
  /// - Returns: whether the head has moved.
  mutating func skip() throws(SluiceError) -> Bool {
    guard let first = try delimiter(at: 0) else { return false }
    if !boundary.isEmpty, first.name.elementsEqual(boundary + "--".utf8) {
      buffer.consume(first.end)
      return true
    }
    guard let end = try endOfHeader(behind: first) else { return false }
    boundary = Array(first.name)
    buffer.consume(end)
    return true
  }

  /// Whether nothing but padding and headers stands in a range, all of it held.
  ///
  /// - Complexity: O(bytes of the range).
  func cover(_ range: Range<Int>) throws(SluiceError) -> Bool {
    var rest = range
    while let start = buffer.firstPosition(
      in: rest, where: { bytes, position in !ImageStream.isPadding(bytes, at: position) })
    {
      guard let first = try delimiter(at: start, before: range.upperBound),
        let end = try endOfHeader(behind: first, before: range.upperBound)
      else { return false }
      rest = end..<range.upperBound
    }
    return true
  }

  /// A line that begins as those do that part images: what stands behind its two hyphens, and where the next line begins.
  private func delimiter(
    at start: Int, before limit: Int = .max
  ) throws(SluiceError) -> (name: ArraySlice<UInt8>, end: Int)? {
    guard limit - start >= 3, try buffer.ensure(start + 3), buffer[start] == UInt8(ascii: "-"),
      buffer[start + 1] == UInt8(ascii: "-"), let line = try line(from: start, before: limit)
    else { return nil }
    return (text(of: line).dropFirst(2), line.end)
  }

  /// The position behind the empty line; `nil` unless the lines before it are fields, and one of them says image.
  private func endOfHeader(
    behind first: (name: ArraySlice<UInt8>, end: Int), before limit: Int = .max
  ) throws(SluiceError) -> Int? {
    guard (1...Self.longestBoundary).contains(first.name.count) else { return nil }
    var position = first.end
    var isImage = false
    for _ in 0..<Self.maxLines {
      guard let line = try line(from: position, before: limit) else { return nil }
      position = line.end
      if line.length == 0 { return isImage ? position : nil }
      let field = text(of: line)
      guard let colon = field.firstIndex(of: UInt8(ascii: ":")), colon > field.startIndex else { return nil }
      isImage = isImage || Self.saysImage(name: field[..<colon], value: field[(colon + 1)...])
    }
    return nil
  }

  private static func saysImage(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>) -> Bool {
    let type = value.drop { $0 == 0x20 || $0 == 0x09 }
    return String(decoding: name, as: UTF8.self).lowercased() == "content-type"
      && String(decoding: type, as: UTF8.self).lowercased().hasPrefix("image/")
  }

  /// A line of printable ASCII: its place without the line break, and where the next one begins.
  private struct Line {
    let start: Int
    let length: Int
    let end: Int
  }

  private func line(from start: Int, before limit: Int) throws(SluiceError) -> Line? {
    for length in 0...Self.longestLine {
      let position = start + length
      guard position < limit else { return nil }
      // The last line of a stream may do without a line break.
      guard try buffer.ensure(position + 1) else {
        return length == 0 ? nil : Line(start: start, length: length, end: position)
      }
      switch buffer[position] {
      case 0x0A: return Line(start: start, length: length, end: position + 1)
      case 0x0D:
        guard position + 1 < limit, try buffer.ensure(position + 2), buffer[position + 1] == 0x0A else { return nil }
        return Line(start: start, length: length, end: position + 2)
      case 0x09, 0x20...0x7E: continue
      default: return nil
      }
    }
    return nil
  }

  private func text(of line: Line) -> ArraySlice<UInt8> {
    buffer.withHeld { bytes in
      var text: [UInt8] = []
      for position in line.start..<line.start + line.length { text.append(bytes[position]) }
      return text[...]
    }
  }
}

import Common

/// A body of several parts (`multipart/form-data`, RFC 7578), read so strictly that every other reader takes the same parts.
///
/// Readers differ about nearly everything that the standard does not ask for, and about much that it allows: text before the
/// first and after the last delimiter, blanks behind delimiters, lines that end in LF alone, folded heads. What a lenient
/// reader would take for a part and this one would not is a way around the filter, so all of that is refused.
struct FormBody {
  struct Part {
    let head: PartHead
    let content: Range<Int>
  }

  let parts: [Part]

  private static let maxParts = 64
  private static let longestHead = 8192

  /// - Throws: `ambiguous-body` for a body whose parts are not all clear.
  /// - Complexity: O(bytes).
  init(_ body: [UInt8], boundary: String) throws(SluiceError) {
    let delimiter = Array("--\(boundary)".utf8)
    let offsets = BytePattern(delimiter).offsets(in: body.span, most: Self.maxParts + 2)
    guard offsets.first == 0 else { throw .ambiguousBody("it does not begin with its boundary") }
    guard offsets.count <= Self.maxParts + 1 else { throw .ambiguousBody("it has more than \(Self.maxParts) parts") }
    try Self.checkEnd(body, from: (offsets.last ?? 0) + delimiter.count)
    var parts: [Part] = []
    for (place, next) in zip(offsets, offsets.dropFirst()) {
      let start = place + delimiter.count
      guard body.has("\r\n", at: start), next >= start + 2, body.has("\r\n", at: next - 2) else {
        throw .ambiguousBody("its boundary occurs where it separates nothing", at: place)
      }
      parts.append(try Self.part(body, from: start + 2, to: next - 2))
    }
    self.parts = parts
  }

  /// The last delimiter ends in two hyphens, and nothing but one line end comes after it.
  private static func checkEnd(_ body: [UInt8], from offset: Int) throws(SluiceError) {
    guard body.has("--", at: offset) else { throw .ambiguousBody("it does not end with its boundary and `--`") }
    let rest = body.count - offset - 2
    guard rest == 0 || rest == 2 && body.has("\r\n", at: offset + 2) else {
      throw .ambiguousBody("there is something after its end", at: offset + 2)
    }
  }

  private static func part(_ body: [UInt8], from start: Int, to end: Int) throws(SluiceError) -> Part {
    guard end > start, let head = endOfHead(body, from: start, to: end) else {
      throw .ambiguousBody("a part has no head, or none that ends", at: start)
    }
    let content = head + 4..<end
    return Part(head: try PartHead(body[start..<head], contentLength: content.count), content: content)
  }

  private static func endOfHead(_ body: [UInt8], from start: Int, to end: Int) -> Int? {
    var position = start
    let last = min(end - 4, start + longestHead)
    while position <= last {
      if body[position] == 0x0D, body.has("\r\n\r\n", at: position) { return position }
      position += 1
    }
    return nil
  }
}

extension [UInt8] {
  /// Whether the bytes at `offset` are those of `text`.
  func has(_ text: StaticString, at offset: Int) -> Bool {
    let wanted = text.utf8CodeUnitCount
    guard offset >= 0, count - offset >= wanted else { return false }
    return zip(self[offset..<offset + wanted], text.description.utf8).allSatisfy(==)
  }
}

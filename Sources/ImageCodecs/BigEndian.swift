extension Span where Element == UInt8 {
  /// The 16-bit big-endian number at `offset`; `nil` beyond the end.
  func uint16(at offset: Int) -> Int? {
    guard offset >= 0, offset + 2 <= count else { return nil }
    return Int(self[offset]) << 8 | Int(self[offset + 1])
  }

  /// The 32-bit big-endian number at `offset`; `nil` beyond the end.
  func uint32(at offset: Int) -> Int? {
    guard let high = uint16(at: offset), let low = uint16(at: offset + 2) else { return nil }
    return high << 16 | low
  }

  /// Whether the bytes at `offset` are those of `text`.
  func hasBytes(_ text: StaticString, at offset: Int) -> Bool {
    // Asked for every chunk of a file, which may have a million of them: no string is made.
    let length = text.utf8CodeUnitCount
    guard offset >= 0, count - offset >= length else { return false }
    for index in 0..<length where unsafe self[offset + index] != text.utf8Start[index] { return false }
    return true
  }
}

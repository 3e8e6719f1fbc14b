import Common

/// The ways in which bytes are written as text.
enum TextEncodings {
  /// Bytes that were written in base64.
  struct Base64 {
    var bytes: [UInt8] = []
    /// Whether characters occur that stand for something in addresses alone (`-` and `_`): some readers pass over them.
    var isForAddresses = false
  }

  /// What base64 text stands for (RFC 4648, either alphabet, padded or not, with line breaks); `nil` for other text.
  ///
  /// A blank is no line break: some readers pass over it, and some take it for a plus sign.
  static func base64(_ text: ArraySlice<UInt8>) -> Base64? {
    var decoded = Base64()
    decoded.bytes.reserveCapacity(text.count / 4 * 3 + 3)
    var (bits, count, padding): (UInt32, Int, Int) = (0, 0, 0)
    for byte in text {
      let value = sixBits[Int(byte)]
      if value == other {
        if byte == UInt8(ascii: "=") { padding += 1 } else if byte == 0x20 || !byte.isBlank { return nil }
        continue
      }
      guard padding == 0 else { return nil }
      if isOfAddresses(byte) { decoded.isForAddresses = true }
      bits = bits << 6 | UInt32(value)
      count += 1
      if count & 3 == 0 {
        for shift in [16, 8, 0] as [UInt32] { decoded.bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
      }
    }
    guard count & 3 != 1, padding <= 2, padding == 0 || (count + padding) & 3 == 0 else { return nil }
    if count & 3 == 2 { decoded.bytes.append(UInt8(truncatingIfNeeded: bits >> 4)) }
    if count & 3 == 3 {
      for shift in [10, 2] as [UInt32] { decoded.bytes.append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
    return decoded
  }

  /// The bytes of hexadecimal text, with `0x` or `\x` before it or not; `nil` for other text.
  ///
  /// Every string of a body is asked for it, so it is not left to a generic function of another module.
  static func hexadecimal(_ text: ArraySlice<UInt8>) -> [UInt8]? {
    var bytes: [UInt8] = []
    var high: UInt8?
    for digit in withoutHexadecimalMark(text) where !digit.isBlank {
      guard let value = Hexadecimal.value(digit) else { return nil }
      if let first = high {
        bytes.append(first << 4 | value)
        high = nil
      } else {
        high = value
      }
    }
    return high == nil ? bytes : nil
  }

  private static func withoutHexadecimalMark(_ text: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
    let rest = text.dropFirst()
    guard text.first == UInt8(ascii: "0") || text.first == UInt8(ascii: "\\"), rest.first == UInt8(ascii: "x") else {
      return text
    }
    return rest.dropFirst()
  }

  /// With the escapes of addresses and forms (`%89`) resolved; those that are none stay.
  static func withoutPercents(_ text: ArraySlice<UInt8>) -> (bytes: [UInt8], escapes: Int) {
    var bytes: [UInt8] = []
    bytes.reserveCapacity(text.count)
    var (position, escapes) = (text.startIndex, 0)
    while position < text.endIndex {
      if text[position] == UInt8(ascii: "%"), position + 2 < text.endIndex,
        let high = Hexadecimal.value(text[position + 1]),
        let low = Hexadecimal.value(text[position + 2])
      {
        bytes.append(high << 4 | low)
        position += 3
        escapes += 1
      } else {
        bytes.append(text[position])
        position += 1
      }
    }
    return (bytes, escapes)
  }

  /// Whether an image in base64 begins anywhere in a text, for readers that pass over what is no base64 to them.
  ///
  /// - Throws: `cancelled`.
  /// - Complexity: O(bytes).
  static func hidesBase64Image(_ text: ArraySlice<UInt8>) throws(SluiceError) -> Bool {
    let values = text.filter { sixBits[Int($0)] != other }
    if try beginsImage(in: values) { return true }
    guard values.contains(where: isOfAddresses) else { return false }
    return try beginsImage(in: values.filter { !isOfAddresses($0) })
  }

  /// The same of the beginning of a text.
  static func beginsAsBase64Image(_ text: ArraySlice<UInt8>) -> Bool {
    let values = text.lazy.filter { sixBits[Int($0)] != other }
    let length = FileHead.length / 3 * 4
    return [Array(values.prefix(length)), Array(values.filter { !isOfAddresses($0) }.prefix(length))].contains { text in
      head(text.map { sixBits[Int($0)] }[...]).isImage
    }
  }

  private static func beginsImage(in text: [UInt8]) throws(SluiceError) -> Bool {
    let values = text.map { sixBits[Int($0)] }
    guard values.count >= shortest else { return false }
    for start in 0...values.count - shortest {
      if start & 0xFFFF == 0 { try SluiceError.checkCancellation() }
      let begin = UInt16(values[start]) << 10 | UInt16(values[start + 1]) << 4 | UInt16(values[start + 2]) >> 2
      guard FileHead.mayBeImage(begin), FileHead.mayBeImage(eightBytes(values, at: start)) else { continue }
      if head(values[start...].prefix(FileHead.length / 3 * 4)).isImage { return true }
    }
    return false
  }

  /// What values stand for from a place on, zeros behind their end.
  private static func eightBytes(_ values: [UInt8], at start: Int) -> UInt64 {
    var bytes: UInt64 = 0
    for place in start..<start + 10 { bytes = bytes << 6 | (place < values.count ? UInt64(values[place]) : 0) }
    let last = start + 10
    return bytes << 4 | (last < values.count ? UInt64(values[last]) >> 2 : 0)
  }

  /// What the shortest signature takes, of four bytes.
  private static let shortest = 6

  private static func head(_ values: ArraySlice<UInt8>) -> FileHead {
    var head = FileHead()
    var (bits, count, place): (UInt32, UInt32, Int) = (0, 0, 0)
    for value in values {
      bits = bits << 6 | UInt32(value)
      count += 6
      guard count >= 8 else { continue }
      count -= 8
      head.set(UInt8(truncatingIfNeeded: bits >> count), at: place)
      place += 1
    }
    return head
  }

  private static let other: UInt8 = 0xFF

  private static let sixBits: [UInt8] = {
    var table = [UInt8](repeating: other, count: 256)
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    for (value, byte) in alphabet.utf8.enumerated() { table[Int(byte)] = UInt8(value) }
    table[Int(UInt8(ascii: "-"))] = 62
    table[Int(UInt8(ascii: "_"))] = 63
    return table
  }()

  private static func isOfAddresses(_ byte: UInt8) -> Bool { byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") }
}

/// What an XMP packet says about the orientation.
struct XMPOrientation {
  /// The one that Pillow goes by: the first written as `tiff:Orientation="6"` or `<tiff:Orientation>6`.
  private(set) var declared: ExifOrientation?
  /// Every orientation that a reader of XML might find.
  private(set) var named: Set<ExifOrientation> = []

  private static let name: StaticString = "Orientation"
  private static let prefix: StaticString = "tiff:"
  private static let mayPrecedeDigit = Array("=\"'> \t\r\n".utf8)

  /// - Complexity: O(bytes): nothing that may precede a digit is part of a name, so that each byte is looked at once.
  init(_ packet: Span<UInt8>) {
    var (offset, isSettled) = (0, false)
    while let start = packet.firstOffset(of: UInt8(ascii: "O"), from: offset) {
      offset = start + 1
      guard packet.hasBytes(Self.name, at: start) else { continue }
      let end = start + Self.name.utf8CodeUnitCount
      if !isSettled, packet.hasBytes(Self.prefix, at: start - Self.prefix.utf8CodeUnitCount),
        let digit = Self.plainDigit(at: end, in: packet)
      {
        isSettled = true
        declared = ExifOrientation(rawValue: digit)
      }
      if let digit = Self.anyDigit(at: end, in: packet), let orientation = ExifOrientation(rawValue: digit) {
        named.insert(orientation)
      }
    }
  }

  /// The digit right behind `="` or `>`.
  private static func plainDigit(at offset: Int, in packet: Span<UInt8>) -> Int? {
    if packet.hasBytes("=\"", at: offset) { return digit(at: offset + 2, in: packet) }
    return packet.hasBytes(">", at: offset) ? digit(at: offset + 1, in: packet) : nil
  }

  /// The digit behind whatever may stand before a value.
  private static func anyDigit(at offset: Int, in packet: Span<UInt8>) -> Int? {
    var offset = offset
    while offset < packet.count, mayPrecedeDigit.contains(packet[offset]) { offset += 1 }
    return digit(at: offset, in: packet)
  }

  private static func digit(at offset: Int, in packet: Span<UInt8>) -> Int? {
    guard offset < packet.count, (0x30...0x39).contains(packet[offset]) else { return nil }
    return Int(packet[offset] - 0x30)
  }
}

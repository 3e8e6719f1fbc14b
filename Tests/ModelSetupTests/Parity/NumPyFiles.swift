/// NumPy's files as tests write them.
enum NumPyFiles {
  static func header(_ text: String, version: UInt8 = 1) -> [UInt8] {
    let bytes = Array(text.utf8)
    let length = [UInt8(bytes.count & 255), UInt8(bytes.count >> 8)] + (version == 1 ? [] : [0, 0])
    return [0x93] + Array("NUMPY".utf8) + [version, 0] + length + bytes
  }

  static func description(_ type: String = "<f4", order: String = "False", shape: [Int]) -> String {
    let sides = shape.map { "\($0), " }.joined()
    return "{'descr': '\(type)', 'fortran_order': \(order), 'shape': (\(sides)), }\n"
  }

  static func array(_ values: [Float], shape: [Int]) -> [UInt8] {
    header(description(shape: shape)) + values.flatMap { littleEndian($0.bitPattern) }
  }

  static func littleEndian(_ value: some FixedWidthInteger) -> [UInt8] {
    (0..<type(of: value).bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> (8 * $0)) }
  }

  /// What ends a ZIP file that has more members, or is longer, than its older numbers say (PKWARE APPNOTE, 4.3.14 to 4.3.16).
  ///
  /// - Parameter place: where the list of members begins, and behind that this end.
  static func longEnd(entries: Int, directory: Int, at place: Int) -> [UInt8] {
    let numbers = [0, entries, entries, directory, place].flatMap { littleEndian(UInt64($0)) }
    let record: [UInt8] = [0x50, 0x4B, 6, 6, 44, 0, 0, 0, 0, 0, 0, 0, 45, 0, 45, 0] + numbers
    let locator: [UInt8] = [0x50, 0x4B, 6, 7, 0, 0, 0, 0] + littleEndian(UInt64(place + directory)) + [1, 0, 0, 0]
    var end: [UInt8] = [0x50, 0x4B, 5, 6, 0, 0, 0, 0]
    for count in [entries, entries] { end += littleEndian(UInt16(clamping: count)) }
    for number in [directory, place] { end += littleEndian(UInt32(clamping: number)) }
    return record + locator + end + [0, 0]
  }

  /// A member that is stored, with its name and sizes: what stands before its content, and its entry in the list.
  static func member(_ name: String, count: Int, at place: Int) -> (header: [UInt8], entry: [UInt8]) {
    let sizes = littleEndian(UInt32(count)) + littleEndian(UInt32(count))
    let nothing = [UInt8](repeating: 0, count: 12)
    let common: [UInt8] = [45, 0] + nothing + sizes + littleEndian(UInt16(name.utf8.count))
    let header: [UInt8] = [0x50, 0x4B, 3, 4] + common + [0, 0] + Array(name.utf8)
    var extra: [UInt8] = []
    if place >= 0xFFFF_FFFF { extra = [1, 0, 8, 0] + littleEndian(UInt64(place)) }
    var entry: [UInt8] = [0x50, 0x4B, 1, 2, 45, 0] + common
    entry += [UInt8(extra.count), 0]
    entry += nothing.dropFirst(2)
    entry += littleEndian(UInt32(clamping: place))
    return (header, entry + Array(name.utf8) + extra)
  }

  /// A ZIP file of one member.
  static func archive(
    _ name: String, _ content: [UInt8], method: UInt16 = 0, flags: UInt16 = 0, inflatedCount: Int? = nil
  ) -> [UInt8] {
    let sizes = littleEndian(UInt32(content.count)) + littleEndian(UInt32(inflatedCount ?? content.count))
    let timeAndChecksum = [UInt8](repeating: 0, count: 8)
    let common: [UInt8] =
      littleEndian(UInt16(20)) + littleEndian(flags) + littleEndian(method) + timeAndChecksum + sizes
    let title = Array(name.utf8)
    let local = [0x50, 0x4B, 3, 4] + common + littleEndian(UInt16(title.count)) + [0, 0] + title + content
    let entry =
      [0x50, 0x4B, 1, 2, 20, 0] + common + littleEndian(UInt16(title.count)) + [UInt8](repeating: 0, count: 12)
      + [0, 0, 0, 0] + title
    let end =
      [0x50, 0x4B, 5, 6, 0, 0, 0, 0, 1, 0, 1, 0] + littleEndian(UInt32(entry.count))
      + littleEndian(UInt32(local.count)) + [0, 0]
    return local + entry + end
  }
}

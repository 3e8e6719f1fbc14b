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

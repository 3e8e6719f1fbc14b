/// One header block of a tar archive (POSIX.1-1988 ustar; GNU base-256 sizes).
struct TarHeader {
  enum Kind {
    case regular
    /// GNU: the data is the name of the next member.
    case longName
    /// pax: the data holds attributes of the next member.
    case extended
    /// Links and GNU sparse files: their bytes lie elsewhere, or with gaps.
    case indirect
    /// Folders, devices, global attributes: passed over.
    case other
  }

  let path: String
  let size: Int
  let kind: Kind
  /// GNU sparse files: whether blocks with the rest of their map follow, which the size does not count.
  let isContinued: Bool

  /// `nil` when the block's checksum does not hold or its size is none.
  init?(_ block: Span<UInt8>) {
    guard block.count == 512, let declared = Self.octal(block.extracting(148..<156)),
      declared == Self.checksum(block), let size = Self.size(block.extracting(124..<136))
    else { return nil }
    let name = Self.text(block.extracting(0..<100))
    let isUstar = Self.text(block.extracting(257..<262)) == "ustar"
    let prefix = isUstar && block[263] == 0x30 ? Self.text(block.extracting(345..<500)) : ""
    path = prefix.isEmpty ? name : "\(prefix)/\(name)"
    self.size = size
    kind =
      switch block[156] {
      case 0x00, 0x30, 0x37: .regular
      case 0x31, 0x32, 0x53: .indirect
      case 0x4C: .longName
      case 0x78: .extended
      default: .other
      }
    isContinued = block[156] == 0x53 && block[482] != 0
  }

  /// Whether the map of a GNU sparse file goes on behind a block of it.
  static func continuesMap(_ block: Span<UInt8>) -> Bool { block[504] != 0 }

  private static func text(_ field: Span<UInt8>) -> String {
    var bytes: [UInt8] = []
    for index in 0..<field.count {
      if field[index] == 0 { break }
      bytes.append(field[index])
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func octal(_ field: Span<UInt8>) -> Int? {
    var value = 0
    var digits = 0
    for index in 0..<field.count {
      let byte = field[index]
      if byte == 0x20 && digits == 0 { continue }
      if byte == 0x20 || byte == 0 { break }
      guard (0x30...0x37).contains(byte) else { return nil }
      value = value << 3 | Int(byte - 0x30)
      digits += 1
    }
    return digits > 0 ? value : nil
  }

  /// Octal, or big-endian binary when the first bit is set.
  private static func size(_ field: Span<UInt8>) -> Int? {
    guard field[0] & 0x80 != 0 else { return octal(field) }
    var value = 0
    for index in 1..<field.count {
      guard value < 1 << 48 else { return nil }
      value = value << 8 | Int(field[index])
    }
    return value
  }

  /// The sum of all bytes, with the checksum field itself counted as spaces.
  private static func checksum(_ block: Span<UInt8>) -> Int {
    var sum = 0
    for index in 0..<block.count { sum += (148..<156).contains(index) ? 0x20 : Int(block[index]) }
    return sum
  }
}

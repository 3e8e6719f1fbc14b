import Common

/// One header block of a tar archive (POSIX.1-1988 ustar; GNU base-256 sizes).
struct TarHeader {
  enum Kind {
    /// A file; so are members of types that nobody has defined, as POSIX wants it, and as other programs extract them.
    case regular
    /// GNU: the data is the name of the next member.
    case longName
    /// GNU: the data is what the next member, a link, leads to.
    case longTarget
    /// pax, and what Solaris wrote before it: the data holds attributes of the next member.
    case extended
    /// pax: the data holds attributes of all members from here on.
    case global
    /// Links: their bytes lie elsewhere.
    case hardLink, symbolicLink
    /// GNU: the bytes are there with gaps.
    case sparse
    /// Passed over.
    case folder
    /// Devices and pipes: passed over.
    case special
    /// GNU: the label of a volume, the list of a folder's files, the rest of a file that began on another volume. Some
    /// programs take what data these have for a file.
    case housekeeping

    /// Whether the size says how many bytes follow; programs write others than zero where nothing does.
    var hasData: Bool { ![.hardLink, .symbolicLink, .folder, .special].contains(self) }
  }

  let path: String
  let size: Int
  let kind: Kind
  /// GNU sparse files: whether blocks with the rest of their map follow, which the size does not count.
  let isContinued: Bool
  /// pax, or what Solaris wrote before it: what follows is such an archive.
  let isOfPax: Bool
  /// Whether the member is a file to every program, so that all take its size from an extended header if they read one.
  let isFileToAll: Bool
  /// Whether its name makes the member a folder, as it did before folders had a type of their own.
  let isOldFolder: Bool

  /// `nil` when the block's checksum does not hold or its size is none.
  init?(_ block: Span<UInt8>) {
    guard block.count == 512, let declared = Self.octal(block.extracting(148..<156)),
      Self.checksums(block).contains(declared), let size = Self.size(block.extracting(124..<136))
    else { return nil }
    let name = Self.text(block.extracting(0..<100))
    let isUstar = Self.text(block.extracting(257..<262)) == "ustar"
    let prefix = isUstar && block[263] == 0x30 ? Self.text(block.extracting(345..<500)) : ""
    path = prefix.isEmpty ? name : "\(prefix)/\(name)"
    self.size = size
    kind =
      switch block[156] {
      case 0x31: .hardLink
      case 0x32: .symbolicLink
      case 0x35: .folder
      case 0x33, 0x34, 0x36: .special
      case 0x53: .sparse
      case 0x4C: .longName
      case 0x4B: .longTarget
      case 0x78, 0x58: .extended
      case 0x67: .global
      case 0x44, 0x4D, 0x56: .housekeeping
      default: .regular
      }
    isContinued = block[156] == 0x53 && block[482] != 0
    isOfPax = kind == .global || kind == .extended
    isFileToAll = [0, 0x30, 0x37, 0x53].contains(block[156])
    isOldFolder = block[156] == 0 && name.ends(in: "/")
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

  /// Octal, or big-endian binary when the first bit is set; volume labels leave it empty.
  private static func size(_ field: Span<UInt8>) -> Int? {
    guard field[0] & 0x80 != 0 else { return isEmpty(field) ? 0 : octal(field) }
    var value = 0
    for index in 1..<field.count {
      guard value < 1 << 48 else { return nil }
      value = value << 8 | Int(field[index])
    }
    return value
  }

  private static func isEmpty(_ field: Span<UInt8>) -> Bool {
    for index in 0..<field.count where field[index] != 0 { return false }
    return true
  }

  /// The sum of all bytes, with the checksum field itself counted as spaces; some programs took bytes as signed.
  private static func checksums(_ block: Span<UInt8>) -> [Int] {
    var (sum, signed) = (0, 0)
    for index in 0..<block.count {
      let byte = (148..<156).contains(index) ? 0x20 : block[index]
      sum += Int(byte)
      signed += Int(Int8(bitPattern: byte))
    }
    return [sum, signed]
  }
}

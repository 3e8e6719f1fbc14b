import Common
import Files
import ImageCodecs

/// A NumPy archive: a ZIP file of stored `.npy` members (PKWARE APPNOTE 6.3, with ZIP64 for long archives).
///
/// The directory at the end is collected in a temporary file, so that memory does not grow with the archive.
final class NPZWriter: TensorWriter {
  private let file: OutputFile
  private let directory: SpoolFile
  private var position: UInt64 = 0
  private var members: UInt64 = 0

  init(_ file: OutputFile) throws(SluiceError) {
    self.file = file
    directory = try SpoolFile()
  }

  func write(_ tensor: ForwardedTensor, _ verdict: Verdict) throws(SluiceError) {
    let data = tensor.npy
    let name = Array("\(verdict.id).npy".utf8)
    let facts = Self.facts(crc: crc32(data.span), size: UInt32(data.count), nameLength: name.count)
    var member: [UInt8] = []
    member.append(littleEndian: UInt32(0x0403_4B50))
    member.append(littleEndian: UInt16(20))
    member += facts
    member.append(littleEndian: UInt16(0))
    member += name
    try file.write(member + data)
    try directory.append(Self.directoryEntry(facts: facts, name: name, offset: position))
    position += UInt64(member.count + data.count)
    members += 1
  }

  func finish() throws(SluiceError) {
    let start = position
    try directory.copy(to: file)
    let size = UInt64(directory.count)
    var end: [UInt8] = []
    end.append(littleEndian: UInt32(0x0606_4B50))
    end.append(littleEndian: UInt64(44))
    end.append(littleEndian: UInt16(45))
    end.append(littleEndian: UInt16(45))
    end.append(littleEndian: UInt64(0))
    for value in [members, members, size, start] { end.append(littleEndian: value) }
    // Where the 64-bit record is, and the short record that refers readers to it where a number does not fit.
    end.append(littleEndian: UInt32(0x0706_4B50))
    end.append(littleEndian: UInt32(0))
    end.append(littleEndian: start + size)
    end.append(littleEndian: UInt32(1))
    end.append(littleEndian: UInt32(0x0605_4B50))
    end.append(littleEndian: UInt32(0))
    for _ in 0..<2 { end.append(littleEndian: UInt16(min(members, 0xFFFF))) }
    end.append(littleEndian: UInt32(min(size, 0xFFFF_FFFF)))
    end.append(littleEndian: UInt32(min(start, 0xFFFF_FFFF)))
    end.append(littleEndian: UInt16(0))
    try file.write(end)
  }

  /// What local header and directory entry share: flags, stored, a fixed date (1980-01-01), checksum, sizes, name length.
  private static func facts(crc: UInt32, size: UInt32, nameLength: Int) -> [UInt8] {
    var facts: [UInt8] = []
    for value: UInt16 in [0, 0, 0, 0x21] { facts.append(littleEndian: value) }
    for value in [crc, size, size] { facts.append(littleEndian: value) }
    facts.append(littleEndian: UInt16(nameLength))
    return facts
  }

  private static func directoryEntry(facts: [UInt8], name: [UInt8], offset: UInt64) -> [UInt8] {
    let isLong = offset >= 0xFFFF_FFFF
    var entry: [UInt8] = []
    entry.append(littleEndian: UInt32(0x0201_4B50))
    entry.append(littleEndian: UInt16(isLong ? 45 : 20))
    entry.append(littleEndian: UInt16(isLong ? 45 : 20))
    entry += facts
    entry.append(littleEndian: UInt16(isLong ? 12 : 0))
    for _ in 0..<3 { entry.append(littleEndian: UInt16(0)) }
    entry.append(littleEndian: UInt32(0))
    entry.append(littleEndian: isLong ? UInt32.max : UInt32(offset))
    entry += name
    if isLong {
      entry.append(littleEndian: UInt16(1))
      entry.append(littleEndian: UInt16(8))
      entry.append(littleEndian: offset)
    }
    return entry
  }
}

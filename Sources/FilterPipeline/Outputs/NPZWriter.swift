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
    try directory.copy(to: file)
    try file.write(ZIPEnd(members: members, directorySize: UInt64(directory.count), directoryStart: position).bytes)
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

import Common
import Files
import ImageCodecs

/// A NumPy archive (`.npz`): a ZIP file whose members are arrays, stored or deflated.
///
/// Sizes are compared with the file and with the longest array before anything is allocated. Archives with 64-bit sizes,
/// which have more than 4 GB, and encrypted ones are refused.
package struct NPZArchive: ~Copyable {
  private struct Member {
    let method: Int
    let compressedCount: Int
    let count: Int
    let header: Int
  }

  private let path: String
  private let file: RandomAccessFile
  private let members: [String: Member]

  private static let endLength = 22
  private static let longestComment = 65_535
  private static let entryLength = 46
  private static let headerLength = 30
  private static let stored = 0
  private static let deflated = 8

  /// The names of the arrays, without `.npy`.
  package var names: [String] { members.keys.sorted() }

  /// - Throws: `unreadable-file`; `invalid-tensor` for what is no such archive.
  /// - Complexity: O(members), whose list is bounded by its 16-bit count.
  package init(_ path: String) throws(SluiceError) {
    guard let file = RandomAccessFile(path) else {
      throw SluiceError(.unreadableFile, "\(path) cannot be read", remedy: "name a file that numpy.savez wrote")
    }
    guard let members = Self.members(of: file) else {
      throw SluiceError(
        .invalidTensor, "\(path) is no NumPy archive, or a damaged one", remedy: "write it with numpy.savez")
    }
    self.path = path
    self.file = file
    self.members = members
  }

  /// The array of a name; `nil` where there is none.
  ///
  /// - Throws: `invalid-tensor` for a damaged member, a longer one than any image tensor, and other methods than deflate.
  /// - Complexity: O(length of the array).
  package borrowing func array(_ name: String) throws(SluiceError) -> NPYArray? {
    guard let member = members[name] else { return nil }
    let title = "\(path): \(name)"
    guard [Self.stored, Self.deflated].contains(member.method) else {
      throw SluiceError(
        .invalidTensor, "\(title) is compressed by another method than deflate",
        remedy: "write the archive with numpy.savez or numpy.savez_compressed")
    }
    guard member.count <= NPYArray.maxBytes, member.compressedCount <= Self.longest(member),
      let bytes = content(member), bytes.count == member.count
    else {
      throw SluiceError(
        .invalidTensor, "\(title) is damaged, encrypted or too long",
        remedy: "write the archive with numpy.savez, an array for each image")
    }
    return try NPYArray(bytes[...], name: title)
  }

  /// Deflate adds five bytes to each block of what it cannot make smaller, and writers choose blocks of a kilobyte or more.
  private static func longest(_ member: Member) -> Int {
    member.method == stored ? member.count : member.count + member.count / 100 + 1024
  }

  private borrowing func content(_ member: Member) -> [UInt8]? {
    guard let local = file.bytes(at: member.header, count: Self.headerLength), local.starts(with: [0x50, 0x4B, 3, 4])
    else { return nil }
    let offset = member.header + Self.headerLength + Self.number(local, 26) + Self.number(local, 28)
    guard let bytes = file.bytes(at: offset, count: member.compressedCount) else { return nil }
    if member.method == Self.stored { return bytes }
    return [UInt8](inflatingRaw: bytes.span, atMost: member.count)
  }

  /// That of 65,535 members with long names; more members need a form that is not read.
  private static let longestDirectory = 16_000_000

  private static func members(of file: borrowing RandomAccessFile) -> [String: Member]? {
    guard let end = end(of: file), end.count <= longestDirectory,
      let directory = file.bytes(at: end.offset, count: end.count)
    else { return nil }
    var members: [String: Member] = [:]
    var position = 0
    for _ in 0..<end.entries {
      guard directory.count - position >= entryLength,
        directory[position..<position + 4].elementsEqual([0x50, 0x4B, 1, 2])
      else { return nil }
      let nameLength = number(directory, position + 28)
      guard directory.count - position - entryLength >= nameLength else { return nil }
      let start = position + entryLength
      let name = String(decoding: directory[start..<start + nameLength], as: UTF8.self)
      // The lowest flag says that the member is encrypted.
      if name.hasSuffix(".npy"), number(directory, position + 8) & 1 == 0 {
        members[String(name.dropLast(4))] = Member(
          method: number(directory, position + 10), compressedCount: longNumber(directory, position + 20),
          count: longNumber(directory, position + 24), header: longNumber(directory, position + 42))
      }
      position = start + nameLength + number(directory, position + 30) + number(directory, position + 32)
      if position > directory.count { return nil }
    }
    return members
  }

  /// Where the list of members lies, which the record at the end of an archive says.
  private static func end(of file: borrowing RandomAccessFile) -> (entries: Int, count: Int, offset: Int)? {
    let length = min(file.count, endLength + longestComment)
    guard length >= endLength, let tail = file.bytes(at: file.count - length, count: length) else { return nil }
    for start in stride(from: length - endLength, through: 0, by: -1)
    where tail[start] == 0x50 && tail[start..<start + 4].elementsEqual([0x50, 0x4B, 5, 6]) {
      return (number(tail, start + 10), longNumber(tail, start + 12), longNumber(tail, start + 16))
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }

  private static func longNumber(_ bytes: [UInt8], _ place: Int) -> Int {
    number(bytes, place) | number(bytes, place + 2) << 16
  }
}

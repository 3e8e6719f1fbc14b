import Common
import Files
import ImageCodecs

/// A NumPy archive (`.npz`): a ZIP file whose members are arrays, stored or deflated.
///
/// Sizes are compared with the file and with the longest array before anything is allocated. Encrypted archives are refused.
package struct NPZArchive: ~Copyable {
  private let path: String
  private let file: RandomAccessFile
  private let members: [String: ZIPDirectory.Entry]

  /// The names of the arrays, without `.npy`.
  package var names: [String] { members.keys.sorted() }

  /// - Throws: `unreadable-file`; `invalid-tensor` for what is no such archive, and for one of too many arrays.
  /// - Complexity: O(members), of which there are no more than `ZIPDirectory.mostEntries`.
  package init(_ path: String) throws(SluiceError) {
    guard let file = RandomAccessFile(path) else {
      throw SluiceError(.unreadableFile, "\(path) cannot be read", remedy: "name a file that numpy.savez wrote")
    }
    guard let members = Self.members(of: file) else {
      throw SluiceError(
        .invalidTensor,
        "\(path) is no NumPy archive, a damaged one, or one of more than \(ZIPDirectory.mostEntries) arrays",
        remedy: "write it with numpy.savez, and in place of a larger one several")
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
    guard [ZIPDirectory.stored, ZIPDirectory.deflated].contains(member.method) else {
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
  private static func longest(_ member: ZIPDirectory.Entry) -> Int {
    member.method == ZIPDirectory.stored ? member.count : member.count + member.count / 100 + 1024
  }

  private borrowing func content(_ member: ZIPDirectory.Entry) -> [UInt8]? {
    guard let offset = ZIPDirectory.dataOffset(of: member, in: file),
      let bytes = file.bytes(at: offset, count: member.compressedCount)
    else { return nil }
    if member.method == ZIPDirectory.stored { return bytes }
    return [UInt8](inflatingRaw: bytes.span, atMost: member.count)
  }

  private static func members(of file: borrowing RandomAccessFile) -> [String: ZIPDirectory.Entry]? {
    guard let entries = ZIPDirectory.entries(of: file) else { return nil }
    var members: [String: ZIPDirectory.Entry] = [:]
    for entry in entries where entry.name.hasSuffix(".npy") && !entry.isEncrypted {
      members[String(entry.name.dropLast(4))] = entry
    }
    return members
  }
}

import Files

/// The members of a ZIP archive at the end of a file that are stored without compression, as labels behind a model are.
package enum StoredArchive {
  package struct Member {
    package let name: String
    package let offset: Int
    package let count: Int
  }

  private static let mostMembers = 100
  private static let longestMember = 4 << 20

  /// - Complexity: O(members), of which a hundred at most are looked at.
  package static func members(of file: borrowing RandomAccessFile) -> [Member] {
    var members: [Member] = []
    for entry in ZIPDirectory.entries(of: file, atMost: mostMembers) ?? [] {
      guard entry.method == ZIPDirectory.stored, !entry.isEncrypted, entry.count <= longestMember,
        let offset = ZIPDirectory.dataOffset(of: entry, in: file), entry.count <= file.count - min(file.count, offset)
      else { continue }
      members.append(Member(name: entry.name, offset: offset, count: entry.count))
    }
    return members
  }
}

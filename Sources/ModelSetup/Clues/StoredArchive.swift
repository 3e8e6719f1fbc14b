import Files

/// The members of a ZIP archive at the end of a file that are stored without compression, as labels behind a model are.
enum StoredArchive {
  struct Member {
    let name: String
    let offset: Int
    let count: Int
  }

  private static let endLength = 22
  private static let longestComment = 65_535
  private static let entryLength = 46
  private static let headerLength = 30
  private static let mostMembers = 100
  private static let longestMember = 4 << 20

  /// - Complexity: O(members), of which there are a hundred at most.
  static func members(of file: borrowing RandomAccessFile) -> [Member] {
    guard var position = directory(of: file) else { return [] }
    var members: [Member] = []
    for _ in 0..<mostMembers {
      guard let entry = file.bytes(at: position, count: entryLength), entry.starts(with: [0x50, 0x4B, 1, 2]),
        let name = file.bytes(at: position + entryLength, count: number(entry, 28))
      else { break }
      let (method, count, header) = (number(entry, 10), longNumber(entry, 24), longNumber(entry, 42))
      if method == 0, count <= longestMember, let local = file.bytes(at: header, count: headerLength) {
        let offset = header + headerLength + number(local, 26) + number(local, 28)
        if count <= file.count - min(file.count, offset) {
          members.append(Member(name: String(decoding: name, as: UTF8.self), offset: offset, count: count))
        }
      }
      position += entryLength + name.count + number(entry, 30) + number(entry, 32)
    }
    return members
  }

  /// Where the list of members begins, which the record at the end of an archive says.
  private static func directory(of file: borrowing RandomAccessFile) -> Int? {
    let length = min(file.count, endLength + longestComment)
    guard length >= endLength, let tail = file.bytes(at: file.count - length, count: length) else { return nil }
    for start in stride(from: length - endLength, through: 0, by: -1)
    where tail[start] == 0x50 && tail[start..<start + 4].elementsEqual([0x50, 0x4B, 5, 6]) {
      return longNumber(Array(tail[start..<start + endLength]), 16)
    }
    return nil
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }

  private static func longNumber(_ bytes: [UInt8], _ place: Int) -> Int {
    number(bytes, place) | number(bytes, place + 2) << 16
  }
}

import Files

/// The list of members that a ZIP archive ends with (PKWARE APPNOTE 6.3, 4.3.7 to 4.3.16), also of one that stands behind other
/// bytes. Archives with 64-bit sizes are not read.
enum ZIPDirectory {
  /// A member as the list describes it. None of it is compared with the file yet.
  struct Entry {
    let name: String
    /// How it is compressed: 0 for not at all, 8 for deflate.
    let method: Int
    let isEncrypted: Bool
    let compressedCount: Int
    let count: Int
    /// Where its own header begins in the file.
    let header: Int
  }

  static let stored = 0
  static let deflated = 8
  /// More members need a form that is not read.
  static let mostEntries = 65_535

  private static let endLength = 22
  private static let longestComment = 65_535
  private static let entryLength = 46
  private static let headerLength = 30
  /// That of `mostEntries` members with long names.
  private static let longestDirectory = 16_000_000

  /// The members, or the first of them; `nil` for what is no archive, and for a list that is damaged.
  ///
  /// - Complexity: O(length of the list), which is bounded.
  static func entries(of file: borrowing RandomAccessFile, atMost limit: Int = Self.mostEntries) -> [Entry]? {
    guard let end = end(of: file), end.count <= longestDirectory,
      let directory = file.bytes(at: end.offset, count: end.count)
    else { return nil }
    var entries: [Entry] = []
    var position = 0
    for _ in 0..<min(end.entries, limit) {
      guard directory.count - position >= entryLength,
        directory[position..<position + 4].elementsEqual([0x50, 0x4B, 1, 2])
      else { return nil }
      let nameLength = number(directory, position + 28)
      guard directory.count - position - entryLength >= nameLength else { return nil }
      let start = position + entryLength
      entries.append(
        Entry(
          name: String(decoding: directory[start..<start + nameLength], as: UTF8.self),
          method: number(directory, position + 10), isEncrypted: number(directory, position + 8) & 1 == 1,
          compressedCount: longNumber(directory, position + 20), count: longNumber(directory, position + 24),
          header: longNumber(directory, position + 42)))
      position = start + nameLength + number(directory, position + 30) + number(directory, position + 32)
      if position > directory.count { return nil }
    }
    return entries
  }

  /// Where the bytes of a member begin; `nil` where its own header is not there.
  static func dataOffset(of entry: Entry, in file: borrowing RandomAccessFile) -> Int? {
    guard let local = file.bytes(at: entry.header, count: headerLength), local.starts(with: [0x50, 0x4B, 3, 4])
    else { return nil }
    return entry.header + headerLength + number(local, 26) + number(local, 28)
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

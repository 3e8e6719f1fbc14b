import Files

/// The list of members that a ZIP archive ends with (PKWARE APPNOTE 6.3, 4.3.7 to 4.3.16, and 4.5.3 for 64-bit sizes), also of one
/// that stands behind other bytes.
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
  /// Lists of more members are refused.
  static let mostEntries = 250_000

  private static let endLength = 22
  private static let longestComment = 65_535
  private static let longEndLength = 56
  private static let locatorLength = 20
  private static let entryLength = 46
  private static let headerLength = 30
  /// That of `mostEntries` members with long names.
  private static let longestDirectory = 32_000_000
  /// In place of numbers that need more bits, and stand elsewhere then.
  private static let (elsewhere16, elsewhere32) = (0xFFFF, 0xFFFF_FFFF)

  /// The members, or the first of them; `nil` for what is no archive, for a list that is damaged, and for one of too many members.
  ///
  /// - Complexity: O(length of the list), which is bounded.
  static func entries(of file: borrowing RandomAccessFile, atMost limit: Int = Self.mostEntries) -> [Entry]? {
    guard let end = end(of: file), end.entries <= mostEntries, end.count <= longestDirectory,
      let directory = file.bytes(at: end.offset, count: end.count)
    else { return nil }
    var entries: [Entry] = []
    var position = 0
    for _ in 0..<min(end.entries, limit) {
      guard let entry = entry(directory, at: &position) else { return nil }
      entries.append(entry)
    }
    return entries
  }

  /// Moves the position behind the entry.
  private static func entry(_ directory: [UInt8], at position: inout Int) -> Entry? {
    guard directory.count - position >= entryLength,
      directory[position..<position + 4].elementsEqual([0x50, 0x4B, 1, 2])
    else { return nil }
    let name = position + entryLength
    let extra = name + number(directory, position + 28)
    let comment = extra + number(directory, position + 30)
    let end = comment + number(directory, position + 32)
    guard end <= directory.count,
      let numbers = completed(
        [
          longNumber(directory, position + 24), longNumber(directory, position + 20),
          longNumber(directory, position + 42),
        ],
        directory, extra..<comment)
    else { return nil }
    defer { position = end }
    return Entry(
      name: String(decoding: directory[name..<extra], as: UTF8.self), method: number(directory, position + 10),
      isEncrypted: number(directory, position + 8) & 1 == 1, compressedCount: numbers[1], count: numbers[0],
      header: numbers[2])
  }

  /// The count, the compressed count and the place of a member, of which the extra field holds those that need more bits, in this
  /// order; `nil` where it is damaged. Without such a field they are what they say.
  private static func completed(_ numbers: [Int], _ directory: [UInt8], _ extra: Range<Int>) -> [Int]? {
    guard numbers.contains(elsewhere32) else { return numbers }
    var start = extra.lowerBound
    while extra.upperBound - start >= 4 {
      let (kind, count) = (number(directory, start), number(directory, start + 2))
      start += 4
      guard count <= extra.upperBound - start else { return nil }
      if kind == 1 { return completed(numbers, directory[start..<start + count]) }
      start += count
    }
    return numbers
  }

  private static func completed(_ numbers: [Int], _ field: ArraySlice<UInt8>) -> [Int]? {
    let bytes = Array(field)
    var (completed, place) = (numbers, 0)
    for index in numbers.indices where numbers[index] == elsewhere32 {
      guard bytes.count - place >= 8, let number = longestNumber(bytes, place) else { return nil }
      completed[index] = number
      place += 8
    }
    return completed
  }

  /// Where the bytes of a member begin; `nil` where its own header is not there.
  static func dataOffset(of entry: Entry, in file: borrowing RandomAccessFile) -> Int? {
    guard let local = file.bytes(at: entry.header, count: headerLength), local.starts(with: [0x50, 0x4B, 3, 4])
    else { return nil }
    return entry.header + headerLength + number(local, 26) + number(local, 28)
  }

  private typealias End = (entries: Int, count: Int, offset: Int)

  /// Where the list of members lies, which the record at the end of an archive says.
  private static func end(of file: borrowing RandomAccessFile) -> End? {
    let length = min(file.count, endLength + longestComment)
    guard length >= endLength, let tail = file.bytes(at: file.count - length, count: length) else { return nil }
    for start in stride(from: length - endLength, through: 0, by: -1)
    where tail[start] == 0x50 && tail[start..<start + 4].elementsEqual([0x50, 0x4B, 5, 6]) {
      let end: End = (number(tail, start + 10), longNumber(tail, start + 12), longNumber(tail, start + 16))
      guard end.entries == elsewhere16 || end.count == elsewhere32 || end.offset == elsewhere32,
        let locator = file.bytes(at: file.count - length + start - locatorLength, count: locatorLength),
        locator.starts(with: [0x50, 0x4B, 6, 7])
      else { return end }
      return longEnd(of: file, locator)
    }
    return nil
  }

  /// The same of an archive whose numbers need more bits: another record says them, and a locator where it stands.
  private static func longEnd(of file: borrowing RandomAccessFile, _ locator: [UInt8]) -> End? {
    guard let place = longestNumber(locator, 8), let record = file.bytes(at: place, count: longEndLength),
      record.starts(with: [0x50, 0x4B, 6, 6]), let entries = longestNumber(record, 32),
      let count = longestNumber(record, 40), let offset = longestNumber(record, 48)
    else { return nil }
    return (entries, count, offset)
  }

  private static func number(_ bytes: [UInt8], _ place: Int) -> Int { Int(bytes[place]) | Int(bytes[place + 1]) << 8 }

  private static func longNumber(_ bytes: [UInt8], _ place: Int) -> Int {
    number(bytes, place) | number(bytes, place + 2) << 16
  }

  /// A number of 64 bits; `nil` for one that is no place in any file.
  private static func longestNumber(_ bytes: [UInt8], _ place: Int) -> Int? {
    let high = longNumber(bytes, place + 4)
    return high >> 31 == 0 ? longNumber(bytes, place) | high << 32 : nil
  }
}

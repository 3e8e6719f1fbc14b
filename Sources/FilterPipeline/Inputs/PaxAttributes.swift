/// What extended headers of pax (POSIX.1-2001) say about the next member of a tar archive.
struct PaxAttributes {
  private(set) var path: String?
  private(set) var size: Int?
  /// GNU: what is in the archive is a map and the parts of the file that are not empty.
  private(set) var isSparse = false

  /// Reads records of the form `LENGTH KEY=VALUE\n`.
  ///
  /// - Returns: `false` for data that is not made of them: another reader may see another name or size in it.
  /// - Complexity: O(bytes).
  mutating func read(_ data: [UInt8]) -> Bool {
    var rest = data[...]
    while let first = rest.first, first != 0 {
      guard let space = rest.prefix(Self.mostDigits + 1).firstIndex(of: 0x20),
        let length = Self.decimal(rest[..<space]), length > space - rest.startIndex + 1, length <= rest.count
      else { return false }
      let end = rest.startIndex + length
      guard rest[end - 1] == 0x0A, read(record: rest[(space + 1)..<(end - 1)]) else { return false }
      rest = rest[end...]
    }
    return rest.allSatisfy { $0 == 0 }
  }

  private mutating func read(record: ArraySlice<UInt8>) -> Bool {
    guard let separator = record.firstIndex(of: 0x3D) else { return false }
    let key = record[..<separator]
    let value = record[(separator + 1)...]
    if key.elementsEqual("path".utf8) {
      path = String(decoding: value, as: UTF8.self)
    } else if key.elementsEqual("size".utf8) {
      guard let size = Self.decimal(value) else { return false }
      self.size = size
    } else if key.starts(with: "GNU.sparse.".utf8) {
      isSparse = true
    }
    return true
  }

  private static let mostDigits = 18

  private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...mostDigits).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}

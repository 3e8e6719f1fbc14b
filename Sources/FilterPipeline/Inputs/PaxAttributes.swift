import Common

/// What an extended header of pax (POSIX.1-2001) says about the next member of a tar archive, or a global one about all.
struct PaxAttributes {
  private(set) var path: String?
  private(set) var size: Int?
  /// GNU, star and Solaris: what is in the archive are the parts of the file that are not empty, or a file in which others
  /// are made so.
  private(set) var isSparse = false
  /// GNU: what a sparse file is called; `path` then only tells archives apart.
  private(set) var sparseName: String?

  /// Whether anything here changes how an archive is read: a name, a size, or gaps.
  var changesReading: Bool { path != nil || size != nil || isSparse }

  private static let maxDigits = 18
  /// Names and sizes are far shorter. Longer records hold what a file system keeps beside a file: they are passed over.
  private static let longestRecord = 1 << 16
  private static let longestKey = 1 << 10

  /// Reads records of the form `LENGTH KEY=VALUE\n` from the head of a stream.
  ///
  /// - Returns: `false` for data that is not made of them: another reader may see another name or size in it.
  /// - Throws: `truncated-tar` from `cutShort` when the stream ends before that.
  /// - Complexity: O(bytes); memory for one record of bounded length.
  mutating func read(
    _ count: Int, from buffer: StreamBuffer, cutShort: () -> SluiceError
  ) throws(SluiceError) -> Bool {
    var left = count
    while left > 0 {
      let most = min(left, Self.maxDigits + 1)
      guard try buffer.ensure(most) else { throw cutShort() }
      guard buffer[0] != 0 else { return try skipZeros(left, of: buffer, cutShort: cutShort) }
      let prefix = buffer.copy(most)
      guard let space = prefix.firstIndex(of: 0x20), let length = Self.decimal(prefix[..<space]),
        length > space + 1, length <= left
      else { return false }
      guard try buffer.skip(space + 1) == space + 1 else { throw cutShort() }
      guard try read(recordOf: length - space - 1, from: buffer, cutShort: cutShort) else { return false }
      left -= length
    }
    return true
  }

  /// Reads `KEY=VALUE\n`, so many bytes.
  private mutating func read(
    recordOf count: Int, from buffer: StreamBuffer, cutShort: () -> SluiceError
  ) throws(SluiceError) -> Bool {
    let held = min(count, count <= Self.longestRecord ? count : Self.longestKey)
    guard try buffer.ensure(held) else { throw cutShort() }
    let record = buffer.copy(held)
    guard let separator = record.firstIndex(of: 0x3D) else { return false }
    if held == count {
      buffer.consume(count)
      return record.last == 0x0A && read(key: record[..<separator], value: record[(separator + 1)...].dropLast())
    }
    guard !Self.matters(record[..<separator]) else { return false }
    guard try buffer.skip(count - 1) == count - 1, try buffer.ensure(1) else { throw cutShort() }
    return buffer.take(1) == [0x0A]
  }

  private static func matters(_ key: ArraySlice<UInt8>) -> Bool {
    key.elementsEqual("path".utf8) || key.elementsEqual("size".utf8) || tellsOfGaps(key)
  }

  /// libarchive makes zeros of what Solaris lists as holes, and takes the size that star adds for that of the file.
  private static func tellsOfGaps(_ key: ArraySlice<UInt8>) -> Bool {
    key.starts(with: "GNU.sparse.".utf8) || key.elementsEqual("SUN.holesdata".utf8)
      || key.elementsEqual("SCHILY.realsize".utf8)
  }

  private mutating func read(key: ArraySlice<UInt8>, value: ArraySlice<UInt8>) -> Bool {
    if key.elementsEqual("path".utf8) {
      path = String(decoding: value, as: UTF8.self)
    } else if key.elementsEqual("size".utf8) {
      guard let size = Self.decimal(value) else { return false }
      self.size = size
    } else if Self.tellsOfGaps(key) {
      isSparse = true
      if key.elementsEqual("GNU.sparse.name".utf8) { sparseName = String(decoding: value, as: UTF8.self) }
    }
    return true
  }

  private func skipZeros(
    _ count: Int, of buffer: StreamBuffer, cutShort: () -> SluiceError
  ) throws(SluiceError) -> Bool {
    var left = count
    while left > 0 {
      guard try buffer.ensure(1) else { throw cutShort() }
      let step = min(left, buffer.count)
      guard buffer.firstPosition(in: 0..<step, where: { $0[$1] != 0 }) == nil else { return false }
      buffer.consume(step)
      left -= step
    }
    return true
  }

  private static func decimal(_ digits: ArraySlice<UInt8>) -> Int? {
    guard (1...maxDigits).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return digits.reduce(0) { $0 * 10 + Int($1 - 0x30) }
  }
}

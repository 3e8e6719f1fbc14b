extension [UInt8] {
  /// The bytes of a text without the mark that programs on Windows put before UTF-8.
  package var withoutByteOrderMark: [UInt8] {
    let mark: [UInt8] = [0xEF, 0xBB, 0xBF]
    return starts(with: mark) ? Array(dropFirst(mark.count)) : self
  }
}

import Common

/// The maps of sparse members of a tar archive: which parts of the file are there.
extension StreamBuffer {
  private static let blockSize = 512

  /// Passes over the blocks between a GNU sparse header and the member's data.
  ///
  /// - Throws: what `cutShort` says when the stream ends before the last of them; `unreadable-file`.
  func skipSparseMap(cutShort: () -> SluiceError) throws(SluiceError) {
    var isContinued = true
    while isContinued {
      guard try ensure(Self.blockSize) else { throw cutShort() }
      isContinued = withHeld { TarHeader.continuesMap($0.extracting(0..<Self.blockSize)) }
      consume(Self.blockSize)
    }
  }

  /// Passes over the map in decimal digits with which the data of a sparse member of pax (GNU's format 1.0) begins.
  ///
  /// - Parameters:
  ///   - size: of the data, in bytes.
  /// - Returns: how many bytes of the data are left.
  /// - Complexity: O(bytes of the map).
  func skipWrittenMap(ofMember size: Int) throws(SluiceError) -> Int {
    var left = size
    while left >= Self.blockSize, try ensure(Self.blockSize),
      firstPosition(in: 0..<Self.blockSize, where: { !Self.mayStandInMap($0[$1]) }) == nil
    {
      consume(Self.blockSize)
      left -= Self.blockSize
    }
    return left
  }

  /// Digits, ends of lines, and zeros that fill up the last block.
  private static func mayStandInMap(_ byte: UInt8) -> Bool {
    byte == 0 || byte == UInt8(ascii: "\n") || (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
  }
}

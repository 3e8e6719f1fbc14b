extension [UInt8] {
  /// Appends an integer, least significant byte first.
  package mutating func append(littleEndian value: some FixedWidthInteger) {
    for index in 0..<value.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }
}

extension [UInt8] {
  // Both are inlinable because they are asked for every element of large tensors.

  /// Appends an integer, least significant byte first.
  @inlinable
  package mutating func append(littleEndian value: some FixedWidthInteger) {
    for index in 0..<value.bitWidth / 8 { append(UInt8(truncatingIfNeeded: value >> (8 * index))) }
  }

  /// The integer at `offset`, least significant byte first.
  ///
  /// - Precondition: the bytes reach that far.
  @inlinable
  package func littleEndian<Number: FixedWidthInteger>(
    at offset: Int, as type: Number.Type = Number.self
  ) -> Number {
    (0..<Number.bitWidth / 8).reduce(0) { $0 | Number(truncatingIfNeeded: self[offset + $1]) << (8 * $1) }
  }
}

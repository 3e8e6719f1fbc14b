import Common

/// A checksum of 256 bits that finds every damage, at the speed of memory; not one that an attacker could not forge.
///
/// Four lanes take eight bytes each in turn. A lane's step is one-to-one in the word it takes and in the lane's state, so
/// a change within a single word is always seen, and any other is missed once in 2⁶⁴ times. Rejected alternative: SHA-256,
/// which takes as long as opening a model does, to keep out those who could write the digest as well.
struct CacheChecksum {
  private static let lanes = 4
  private static let word = MemoryLayout<UInt64>.size
  /// An odd factor makes a multiplication one-to-one; the bits of this one are spread evenly.
  private static let factor: UInt64 = 0x9E37_79B9_7F4A_7C15

  /// The checksum as text of a fixed length.
  ///
  /// - Complexity: O(bytes).
  static func text(of bytes: RawSpan) -> String {
    // The lanes begin apart from each other, and the length counts, so that zeros at the end count as well.
    var state = SIMD4<UInt64>(1, 2, 3, 4) &+ UInt64(bytes.byteCount)
    let round = lanes * word
    let whole = bytes.byteCount / round * round
    var offset = 0
    while offset < whole {
      state = step(state, unsafe bytes.unsafeLoadUnaligned(fromUncheckedByteOffset: offset, as: SIMD4<UInt64>.self))
      offset += round
    }
    var rest = [UInt64](repeating: 0, count: lanes)
    for place in whole..<bytes.byteCount {
      let byte = UInt64(unsafe bytes.unsafeLoad(fromByteOffset: place, as: UInt8.self))
      rest[(place - whole) / word] |= byte << UInt64(8 * (place % word))
    }
    state = step(state, SIMD4(rest[0], rest[1], rest[2], rest[3]))
    return (0..<lanes).map { Hexadecimal.text(state[$0]) }.joined()
  }

  /// How many characters the text has.
  static let length = 64

  private static func step(_ state: SIMD4<UInt64>, _ words: SIMD4<UInt64>) -> SIMD4<UInt64> {
    let mixed = (state ^ words) &* factor
    // A product's high bits depend on all bits below them; so that its low ones do as well, they change places.
    return (mixed &<< 31) | (mixed &>> 33)
  }
}

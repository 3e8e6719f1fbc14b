/// The 64-bit hash FNV-1a (Fowler, Noll, Vo): it spreads bytes over a word, the same on every machine. Whoever chooses the bytes
/// can choose the hash.
package struct FNV1a: Sendable {
  package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

  package init() {}

  /// - Complexity: O(bytes).
  package init(_ text: String) { add(text) }

  package mutating func add(_ byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01B3 }

  /// - Complexity: O(bytes).
  package mutating func add(_ bytes: [UInt8]) { for byte in bytes { add(byte) } }

  /// Adds the bytes of its UTF-8.
  ///
  /// - Complexity: O(bytes).
  package mutating func add(_ text: String) { for byte in text.utf8 { add(byte) } }
}

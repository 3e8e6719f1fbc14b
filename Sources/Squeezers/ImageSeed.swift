import Common

/// 256 bits that a randomised squeezer takes its choices from.
///
/// A filter derives them from the operator's secret and the digest of the encoded image: whoever has both can replay a
/// verdict, and nobody without the secret can predict it, however often the same image is sent. Any change to the file,
/// even behind the picture, draws anew: whoever may try often will meet a lucky draw.
package struct ImageSeed: Sendable, Hashable {
  private let words: [UInt64]

  /// - Precondition: there are 32 bytes.
  package init(_ bytes: [UInt8]) {
    precondition(bytes.count == 32)
    words = (0..<4).map { word in
      bytes[8 * word..<8 * word + 8].reduce(0) { $0 << 8 | UInt64($1) }
    }
  }

  /// For filters without chance, which never look at it.
  package static let none = ImageSeed([UInt8](repeating: 0, count: 32))

  /// Random numbers for one use of the seed, independent of those for every other use.
  func randomness(for use: String) -> RandomStream {
    // FNV-1a spreads the name over a word; the secret is in the seed, not in this.
    let hash = FNV1a(use).value
    return RandomStream(words.map { $0 ^ hash })
  }
}

/// The generator xoshiro256** (Blackman and Vigna 2021): a long repeatable sequence from 256 bits.
struct RandomStream: RandomNumberGenerator {
  private var state: (UInt64, UInt64, UInt64, UInt64)

  fileprivate init(_ words: [UInt64]) {
    // A state of zeros would stay zero; the odd constant keeps it from being one.
    state = (words[0], words[1], words[2], words[3] | 1)
    for _ in 0..<16 { _ = next() }
  }

  mutating func next() -> UInt64 {
    let result = Self.rotate(state.1 &* 5, 7) &* 9
    let shifted = state.1 << 17
    state.2 ^= state.0
    state.3 ^= state.1
    state.1 ^= state.2
    state.0 ^= state.3
    state.2 ^= shifted
    state.3 = Self.rotate(state.3, 45)
    return result
  }

  private static func rotate(_ value: UInt64, _ count: UInt64) -> UInt64 { value << count | value >> (64 - count) }
}

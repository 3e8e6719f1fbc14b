import Common

/// What is known of a question's surroundings: the chain of questions that it belongs to.
package struct Sighting: Sendable, Hashable {
  /// The chain, which begins with its first question.
  package var chain: ChainID
  /// How many questions the chain has, this one and repeats included: 1 for a question that is near to no other.
  package var length: Int
  /// Whether the chain is a search.
  package var isSearch: Bool
  /// Whether it has become one with this question, or had with another gateway's, and this is the first one here since.
  package var becameSearch: Bool
  /// The first question of the chain; the question itself, where there is no other.
  package var first: Question
  /// How far the nearest remembered question is away, in levels; 0 for the first of a chain.
  package var distance: Double
  /// How far the first question of the chain is away, or its mirror image, in levels.
  package var distanceToFirst: Double
  /// Whether it only repeats one of the chain's last thousand questions: the same picture with the same answer.
  package var isRepeat: Bool
  /// Who asked, a few of them: without those who are not told apart.
  package var clients: [String]
  /// Whether whoever asked this question searches, alone or as one of many: never for what others asked alone.
  package var concernsAsker: Bool
}

/// What a chain of questions is called: the same in every gateway that knows the same first question.
package struct ChainID: Sendable, Hashable, CustomStringConvertible {
  package let value: UInt64

  package init(_ value: UInt64) { self.value = value }

  /// Sixteen lower-case hexadecimal digits.
  package var description: String { Hexadecimal.text(value) }

  /// - Returns: `nil` for anything but sixteen lower-case hexadecimal digits.
  package init?(_ text: String) {
    guard text.utf8.count == 16, let value = UInt64(text, radix: 16) else { return nil }
    self.init(value)
    guard description == text else { return nil }
  }

  /// The chain that begins with a question: FNV-1a over what tells it from others.
  init(beginningWith question: Question) {
    var hash = FNV1a()
    hash.add(question.record)
    for place in 0..<8 { hash.add(UInt8(truncatingIfNeeded: question.time >> (8 * Int64(place)))) }
    hash.add(question.fingerprint.bytes)
    self.init(hash.value)
  }
}

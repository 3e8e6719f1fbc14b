import ModelSetup
import Testing

/// A secret draws the features.
@Suite struct DrawnFeaturesTests {
  /// Bytes that depend on a number and a text, in place of a keyed digest.
  private static func source(_ secret: UInt64) -> @Sendable (String) -> [UInt8] {
    { text in
      var state = text.utf8.reduce(secret) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
      return (0..<32).map { _ in
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return UInt8(truncatingIfNeeded: state >> 56)
      }
    }
  }

  @Test(arguments: [(0, 10), (1, 1), (10, 10), (640, 1280), (1279, 1280)])
  func eachOnceAndInOrder(count: Int, total: Int) {
    let drawn = DrawnFeatures.drawn(count, of: total, hmac: Self.source(5))
    #expect(drawn.count == count)
    #expect(Set(drawn).count == count)
    #expect(drawn == drawn.sorted())
    #expect(drawn.allSatisfy { (0..<total).contains($0) })
  }

  @Test func theSameSecretDrawsTheSame() {
    let first = DrawnFeatures.drawn(640, of: 1280, hmac: Self.source(1))
    #expect(first == DrawnFeatures.drawn(640, of: 1280, hmac: Self.source(1)))
  }

  @Test("two secrets share as many as chance does")
  func anotherSecretDrawsOthers() {
    let first = Set(DrawnFeatures.drawn(640, of: 1280, hmac: Self.source(1)))
    for secret in UInt64(2)...9 {
      let shared = first.intersection(DrawnFeatures.drawn(640, of: 1280, hmac: Self.source(secret))).count
      // Half of them, with a standard deviation of nine.
      #expect((275...365).contains(shared))
    }
  }

  @Test("every feature is as likely")
  func evenly() {
    var counts = [Int](repeating: 0, count: 12)
    for secret in UInt64(0)..<3000 {
      for feature in DrawnFeatures.drawn(3, of: 12, hmac: Self.source(secret &* 977 &+ 13)) { counts[feature] += 1 }
    }
    // 750 each, with a standard deviation of 24.
    #expect(counts.allSatisfy { (630...870).contains($0) }, "\(counts)")
  }

  @Test("numbers above the last whole multiple are drawn again")
  func unusable() {
    // The first four bytes are the highest number, which no multiple of three reaches.
    let drawn = DrawnFeatures.drawn(1, of: 3) { _ in [0xFF, 0xFF, 0xFF, 0xFF, 0, 0, 0, 1] }
    #expect(drawn == [1])
  }
}

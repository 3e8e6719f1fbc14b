import StatefulDetection
import TestSupport
import Testing

@Suite struct QuestionIndexTests {
  /// A few pictures with much noise: many distances lie about the limit.
  private static func crowd(_ count: Int, seed: Int) -> [NormalizedFingerprint] {
    (0..<count).map { number in
      let picture = Pictures.noisy(Pictures.picture(seed * 10 + number % 4), number % 40, seed: seed * 1000 + number)
      return NormalizedFingerprint(number % 7 == 0 ? picture.mirrored : picture)
    }
  }

  /// The nearest of all, by comparing with all.
  private static func naive(
    _ wanted: NormalizedFingerprint, in all: [Int: NormalizedFingerprint]
  ) -> Int? {
    let distances = all.values.flatMap { [$0.squaredDistance(to: wanted), $0.squaredDistance(to: wanted.mirrored)] }
    return distances.min().flatMap { $0 <= 36 * 192 ? $0 : nil }
  }

  @Test(arguments: 0..<12)
  func findsWhatComparingWithAllFinds(seed: Int) {
    var index = QuestionIndex()
    var remembered: [Int: NormalizedFingerprint] = [:]
    var places: [Int: Int32] = [:]
    var random = RepeatableRandom(seed: UInt64(seed))
    var found = 0
    for (member, fingerprint) in Self.crowd(200, seed: seed).enumerated() {
      let match = index.nearest(to: fingerprint, mirrored: fingerprint.mirrored)
      #expect(match?.squaredDistance == Self.naive(fingerprint, in: remembered))
      if let match, let other = remembered[match.member] {
        found += 1
        #expect(
          other.squaredDistance(to: match.isMirrored ? fingerprint.mirrored : fingerprint) == match.squaredDistance)
        #expect(places[match.member] == match.place)
      }
      places[member] = index.insert(fingerprint, member: member)
      remembered[member] = fingerprint
      // Some go again, and their places are used anew.
      if member % 3 == 0, let gone = remembered.keys.sorted().randomElement(using: &random) {
        index.remove(places[gone]!)
        (remembered[gone], places[gone]) = (nil, nil)
      }
      #expect(index.count == remembered.count)
    }
    #expect(found > 20)
  }

  @Test func theLimitItselfIsNear() throws {
    let middle = try #require(Fingerprint(bytes: [UInt8](repeating: 128, count: Fingerprint.byteCount)))
    let brighter = try #require(Fingerprint(bytes: [UInt8](repeating: 152, count: Fingerprint.byteCount)))
    let tooBright = try #require(Fingerprint(bytes: [UInt8](repeating: 156, count: Fingerprint.byteCount)))
    var index = QuestionIndex()
    _ = index.insert(NormalizedFingerprint(middle), member: 3)
    func match(_ picture: Fingerprint) -> QuestionIndex.Match? {
      index.nearest(to: NormalizedFingerprint(picture), mirrored: NormalizedFingerprint(picture))
    }
    // A brightness counts by a quarter.
    #expect(match(brighter)?.distance == 6 && match(brighter)?.member == 3)
    #expect(match(tooBright) == nil)
  }

  @Test func comparesWithNoMoreThanItMay() {
    var index = QuestionIndex(maximumCandidates: 10)
    let wanted = Pictures.normalized(1)
    _ = index.insert(wanted, member: 0)
    #expect(index.nearest(to: wanted, mirrored: wanted.mirrored)?.member == 0)
    // In the same cell, and newer.
    for member in 1...10 { _ = index.insert(wanted, member: member) }
    for place in Int32(1)...10 {
      #expect(index.nearest(to: wanted, mirrored: wanted.mirrored)?.place == 10, "\(place)")
    }
    for place in Int32(1)...10 { index.remove(place) }
    #expect(index.nearest(to: wanted, mirrored: wanted.mirrored)?.member == 0)
  }

  @Test(arguments: [Int32(-1), 0, 1, .max])
  func removesNothingThatIsNotThere(place: Int32) {
    var index = QuestionIndex()
    index.remove(place)
    #expect(index.count == 0)
    let inserted = index.insert(Pictures.normalized(1), member: 1)
    index.remove(inserted)
    index.remove(inserted)
    #expect(index.count == 0)
    #expect(index.nearest(to: Pictures.normalized(1), mirrored: Pictures.normalized(1).mirrored) == nil)
  }
}

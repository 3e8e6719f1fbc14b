import Decision
import Testing

@Suite struct ConditionalDistributionTests {
  typealias Sample = ConditionalDistribution.Sample

  /// Scores that are the higher the less sure the classifier is.
  static let samples = (0..<400).map { index in
    Sample(score: Double(index % 20) / 20 + (index < 200 ? 10 : 0), confidence: Double(index) / 40)
  }

  @Test("a score is compared with images of which the classifier is as sure")
  func comparesWithItsLike() {
    let distribution = ConditionalDistribution(Self.samples, size: 60)
    let (unsure, sure) = (distribution.evidence(of: 5, at: 1), distribution.evidence(of: 5, at: 9))
    #expect(unsure == 0 && sure > 3)
    let all = ConditionalDistribution(Self.samples, size: nil)
    #expect(all.neighbourhoods.count == 1)
    #expect(all.evidence(of: 5, at: 1) == all.evidence(of: 5, at: 9))
    #expect(all.evidence(of: 5, at: 1) == CleanDistribution(Self.samples.map(\.score)).evidence(of: 5))
  }

  @Test(
    "windows cover all images, half of one overlapping the next", arguments: [(120, 60), (121, 60), (400, 60), (7, 3)])
  func windows(count: Int, size: Int) {
    let samples = (0..<count).map { Sample(score: Double($0), confidence: Double($0)) }
    let windows = ConditionalDistribution(samples, size: size).neighbourhoods
    #expect(windows.allSatisfy { $0.clean.count == size })
    #expect(windows.first?.confidence == Double(size / 2))
    #expect(windows.last?.confidence == Double(count - size + size / 2))
    #expect(zip(windows, windows.dropFirst()).allSatisfy { $1.confidence - $0.confidence <= Double(size / 2) })
  }

  @Test("between two windows evidence is interpolated, beyond the last it stays")
  func interpolation() {
    let distribution = ConditionalDistribution(Self.samples, size: 60)
    let windows = distribution.neighbourhoods
    for (low, high) in zip(windows, windows.dropFirst()) {
      let (a, b) = (low.clean.evidence(of: 10.5), high.clean.evidence(of: 10.5))
      for part in [0, 0.25, 0.5, 1] {
        let confidence = low.confidence + part * (high.confidence - low.confidence)
        #expect(abs(distribution.evidence(of: 10.5, at: confidence) - ((1 - part) * a + part * b)) < 1e-9)
      }
    }
    #expect(distribution.evidence(of: 0.5, at: 1e9) == windows[windows.count - 1].clean.evidence(of: 0.5))
    #expect(distribution.evidence(of: 0.5, at: -1e9) == windows[0].clean.evidence(of: 0.5))
  }

  @Test(
    "images of which the classifier is equally sure are one neighbourhood, whatever they score",
    arguments: [60, 61, 120])
  func ties(size: Int) throws {
    // Every other image has one confidence, and the others have 25.
    let samples = (0..<600).map { (index: Int) -> Sample in
      let confidence: Double = index % 2 == 0 ? 20.7 : Double(index % 50) / 10
      return Sample(
        score: Double(index * 197 % 600), confidence: confidence, tieBreaker: UInt64(index * 331 % 600))
    }
    let distribution = ConditionalDistribution(samples, size: size)
    let windows = distribution.neighbourhoods
    #expect(zip(windows, windows.dropFirst()).allSatisfy { $0.confidence < $1.confidence })
    let last = try #require(windows.last)
    #expect(last.confidence == 20.7 && last.clean.count >= 300 && last.clean.count <= 300 + size)
    // Half of the images of that confidence score more than 300.
    #expect(abs(distribution.evidence(of: 300, at: 20.7) - 0.69) < 0.25)
    #expect(ConditionalDistribution(Array(samples.reversed()), size: size) == distribution)
  }

  @Test("abstentions, equal confidences, unknown confidences and few images are no trap")
  func edges() {
    #expect(ConditionalDistribution(Self.samples, size: 60).evidence(of: nil, at: 3) == 0)
    let alike = ConditionalDistribution((0..<200).map { Sample(score: Double($0), confidence: 1) }, size: 60)
    #expect([0.0, 1, 2].allSatisfy { alike.evidence(of: 1000, at: $0).isFinite })
    #expect(alike.neighbourhoods.map(\.clean.count) == [200])
    let unknown = Self.samples.map { Sample(score: $0.score, confidence: nil) }
    #expect(ConditionalDistribution(unknown, size: 60).neighbourhoods.count == 1)
    #expect(ConditionalDistribution(Self.samples, size: 60).evidence(of: 5, at: nil).isFinite)
    #expect(ConditionalDistribution(Array(Self.samples.prefix(119)), size: 60).neighbourhoods.count == 1)
    #expect(ConditionalDistribution([], size: 60).evidence(of: 5, at: 0) == 0)
  }
}

import Common
import Detectors
import Foundation
import Pixels
import TestSupport
import Testing

struct NaturalStatisticsTests {
  private static func clean(_ index: Int, channels: PixelChannels = .rgb) -> PixelImage {
    PixelImage.smooth(width: 48, height: 40, channels: channels, phase: Double(index) * 0.37)
      .withNoise(strength: 1 + index % 3, seed: UInt64(index))
  }

  private static func vectors(
    _ count: Int, families: [FeatureFamily] = FeatureFamily.defaults, channels: PixelChannels = .rgb
  ) -> [[Double]] {
    (0..<count).map { NaturalStatistics.features(of: clean($0, channels: channels), families: families) }
  }

  private static func reference(_ channels: PixelChannels = .rgb) throws -> NaturalStatisticsReference {
    try NaturalStatisticsReference(fitting: vectors(60, channels: channels), channels: channels)
  }

  private func expectInvalid(_ text: String, _ comment: Comment? = nil) {
    #expect(comment) { try NaturalStatisticsReference(json: Array(text.utf8)) } throws: { error in
      guard let error = error as? SluiceError else { return false }
      return error.code == .invalidReference && error.remedy != nil
    }
  }

  @Test(arguments: PixelChannels.allCases)
  func strangeImagesLieFarther(channels: PixelChannels) throws {
    let detector = NaturalStatistics(reference: try Self.reference(channels))
    let clean = try (100..<110).map { try #require(detector.score(Self.clean($0, channels: channels)).value) }
    #expect(clean.reduce(0, +) / 10 < 3)
    for strength in [12, 30] {
      let noisy = Self.clean(100, channels: channels).withNoise(strength: strength, seed: 5)
      let score = detector.score(noisy)
      #expect(try #require(score.value) > clean.max() ?? 0)
      #expect(score.sentence.contains("than in clean images") && score.measurements.count == 3)
    }
  }

  /// The definition: standardise, shrink the covariance as Ledoit and Wolf do, solve by elimination.
  private func naiveDistance(_ vectors: [[Double]], _ vector: [Double]) -> Double {
    let (count, order) = (Double(vectors.count), vector.count)
    let mean = (0..<order).map { i in vectors.map { $0[i] }.reduce(0, +) / count }
    let deviation = (0..<order).map { i in
      (vectors.map { ($0[i] - mean[i]) * ($0[i] - mean[i]) }.reduce(0, +) / count).squareRoot()
    }
    func standardized(_ v: [Double]) -> [Double] { (0..<order).map { (v[$0] - mean[$0]) / deviation[$0] } }
    let rows = vectors.map(standardized)
    var matrix = (0..<order).map { i in (0..<order).map { j in rows.map { $0[i] * $0[j] }.reduce(0, +) / count } }
    let diagonal = (0..<order).map { matrix[$0][$0] }.reduce(0, +) / Double(order)
    func distance(_ target: (Int, Int) -> Double) -> Double {
      var sum = 0.0
      for i in 0..<order { for j in 0..<order { sum += (matrix[i][j] - target(i, j)) * (matrix[i][j] - target(i, j)) } }
      return sum
    }
    let spread = distance { $0 == $1 ? diagonal : 0 }
    let error = rows.map { row in distance { row[$0] * row[$1] } }.reduce(0, +) / (count * count)
    let shrinkage = min(1, error / spread)
    for i in 0..<order {
      for j in 0..<order { matrix[i][j] *= 1 - shrinkage }
      matrix[i][i] += shrinkage * diagonal
    }
    let right = standardized(vector)
    var solution = right
    for i in 0..<order {
      for k in i + 1..<order {
        let factor = matrix[k][i] / matrix[i][i]
        for j in i..<order { matrix[k][j] -= factor * matrix[i][j] }
        solution[k] -= factor * solution[i]
      }
    }
    for i in (0..<order).reversed() {
      for j in i + 1..<order { solution[i] -= matrix[i][j] * solution[j] }
      solution[i] /= matrix[i][i]
    }
    return (zip(right, solution).map { $0 * $1 }.reduce(0, +) / Double(order)).squareRoot()
  }

  @Test func theDistanceAgreesWithItsDefinition() throws {
    let vectors = Self.vectors(50)
    let detector = NaturalStatistics(reference: try NaturalStatisticsReference(fitting: vectors))
    for index in [3, 70, 71] {
      let image = Self.clean(index).withNoise(strength: index % 4, seed: 1)
      let score = try #require(detector.score(image).value)
      let expected = naiveDistance(vectors, NaturalStatistics.features(of: image))
      #expect(abs(score / expected - 1) < 1e-9)
    }
  }

  @Test func jsonKeepsTheScores() throws {
    let families = FeatureFamily.allCases
    let reference = try NaturalStatisticsReference(
      fitting: Self.vectors(60, families: families), families: families)
    let again = try NaturalStatisticsReference(json: Array(reference.json.text.utf8))
    #expect(again.families == families && again.channels == .rgb && again.imageCount == 60)
    for index in 200..<205 {
      let image = Self.clean(index).withNoise(strength: index % 5 * 4, seed: 2)
      let before = try #require(NaturalStatistics(reference: reference).score(image).value)
      let after = try #require(NaturalStatistics(reference: again).score(image).value)
      #expect(abs(before - after) < 1e-6)
    }
  }

  @Test func strictReading() throws {
    let text = try Self.reference().json.text
    expectInvalid("")
    expectInvalid("[]")
    expectInvalid("{}")
    expectInvalid(String(text.dropLast()))
    expectInvalid(text + "x")
    expectInvalid(String(repeating: "[", count: 100_000))
    expectInvalid(text.replacing("natural-statistics-1", with: "natural-statistics-0"))
    expectInvalid(text.replacing("\"channels\":3", with: "\"channels\":1"))
    expectInvalid(text.replacing("\"channels\":3", with: "\"channels\":4"))
    expectInvalid(text.replacing("\"channels\":3", with: "\"channels\":3,\"more\":1"))
    expectInvalid(text.replacing("\"imageCount\":60", with: "\"imageCount\":2"))
    expectInvalid(text.replacing("\"spectrum\"", with: "\"spectral\""))
    expectInvalid(text.replacing("\"spectrum\"", with: "\"residuals\""))
    expectInvalid(text.replacing("\"mean\":[", with: "\"mean\":[1,"))
    expectInvalid(text.replacing("\"covariance\":[", with: "\"covariance\":[-"), "not positive definite")
    expectInvalid(text.replacing("\"deviation\":[", with: "\"deviation\":[-"))
    expectInvalid(text + String(repeating: " ", count: NaturalStatisticsReference.maxBytes))
  }

  @Test func tooFewOrUselessImagesAreRefused() throws {
    let vectors = Self.vectors(30)
    _ = try NaturalStatisticsReference(fitting: vectors)
    let refused: [[[Double]]] = [
      [], Array(vectors.dropLast()), [[Double]](repeating: vectors[0], count: 40), vectors + [[1]],
      vectors + [vectors[0].map { _ in .nan }],
    ]
    for vectors in refused {
      #expect { try NaturalStatisticsReference(fitting: vectors) } throws: {
        ($0 as? SluiceError)?.code == .invalidReference
      }
    }
  }

  @Test func imagesWithOtherChannelsGetNoStatement() throws {
    let detector = NaturalStatistics(reference: try Self.reference())
    #expect(detector.score(Self.clean(1, channels: .gray)).value == nil)
  }

  @Test func hostileShapesGetFiniteScores() throws {
    for channels in PixelChannels.allCases {
      let detector = NaturalStatistics(reference: try Self.reference(channels))
      let detectors: [any ImageDetector] = [
        detector, ChromaResidual(), ChromaResidual(region: .whole), ChromaResidual(differences: .redGreen),
        StripeNoise(), StripeNoise(signal: .brightness), StripeConsistency(), PatchEvidence(),
      ]
      for (width, height) in [(1, 1), (1, 7), (7, 1), (2, 2), (32, 32), (1, 500), (301, 17)] {
        let count = width * height * channels.rawValue
        let constant = PixelImage(
          [UInt8](repeating: 255, count: count), width: width, height: height, channels: channels)
        let noise = PixelImage.noise(width: width, height: height, channels: channels)
        for detector in detectors {
          #expect(detector.score(constant).value?.isFinite ?? true, "\(width)×\(height) \(detector)")
          let score = detector.score(noise)
          #expect(score.value?.isFinite ?? true, "\(width)×\(height) \(detector)")
          #expect(score.region?.lies(within: noise.size) ?? true)
        }
      }
    }
  }
}

import Detectors
import Foundation
import ImageCodecs
import Pixels
import Preprocessing
import Synchronization
import TestSupport
import Testing

/// The photographs of a folder as a model sees them. Several tests look at the same ones, and preparing them takes the longest.
private final class ModelSizedFolder: Sendable {
  static let size = PixelSize(width: 224, height: 224)
  private static let known = Mutex<[String: ModelSizedFolder]>([:])
  private let prepared = Mutex<[[UInt8]]?>(nil)

  /// The samples of each photograph, in order of names.
  static func samples(_ path: String) throws -> [[UInt8]] {
    let folder = known.withLock { known in
      let folder = known[path] ?? ModelSizedFolder()
      known[path] = folder
      return folder
    }
    return try folder.prepared.withLock { prepared in
      let samples = try prepared ?? prepare(path)
      prepared = samples
      return samples
    }
  }

  private static func prepare(_ path: String) throws -> [[UInt8]] {
    let preprocessor = try Preprocessor(
      steps: [.resizeShorterSide(256, .bilinear), .centerCrop(size)], channels: .rgb)
    return try FileManager.default.contentsOfDirectory(atPath: path).sorted().map { name in
      let bytes = try Repository.bytes("\(path)/\(name)")
      let decoded = try ImageDecoder().decode(bytes.span)
      let image = preprocessor.trappingApply(to: decoded.pixels.clone())
      return image.array
    }
  }
}

/// What the statistics see of real attacks on real photographs, with thresholds from other photographs.
@Suite(.enabled(if: Repository.hasGoldenData, "needs the measurement data"))
struct ImageStatisticsEvaluationTests {
  private func scores(_ folder: String, _ detector: any ImageDetector, squares: Int? = nil) throws -> [Double] {
    let path = try #require(Repository.sharedData) + "/eval/imagenet/" + folder
    var scores: [Double] = []
    for (index, samples) in try ModelSizedFolder.samples(path).enumerated() {
      let (width, height) = (ModelSizedFolder.size.width, ModelSizedFolder.size.height)
      let image = PixelImage(samples, width: width, height: height, channels: .rgb)
      if let squares {
        let attacked = image.perturbedBySquares(squares, strength: 8, seed: UInt64(index))
        scores.append(try #require(detector.score(attacked).value))
      } else {
        scores.append(try #require(detector.score(image).value))
      }
    }
    return scores
  }

  private func rate(_ scores: [Double], above threshold: Double) -> Double {
    Double(scores.filter { $0 > threshold }.count) / Double(scores.count)
  }

  /// The threshold that the given part of the calibration photographs exceeds, checked on the test photographs.
  private func threshold(_ detector: any ImageDetector, falsePositives: Double) throws -> Double {
    let clean = try scores("clean-jpeg/calibrate", detector).sorted()
    let threshold = clean[Int((Double(clean.count) * (1 - falsePositives)).rounded(.up)) - 1]
    #expect(rate(try scores("clean-jpeg/test", detector), above: threshold) <= falsePositives + 0.03)
    return threshold
  }

  @Test func flattestChromaSeesSignNoise() throws {
    let detector = ChromaResidual()
    let threshold = try threshold(detector, falsePositives: 0.05)
    for (attack, expected) in [("fgsm", 0.95), ("pgd4", 0.98), ("pgd8", 0.98)] {
      #expect(rate(try scores("adversarial/" + attack, detector), above: threshold) >= expected, "\(attack)")
    }
  }

  @Test func theSecondColourDifferenceSeesMoreAtOnePercent() throws {
    func seen(_ differences: ChromaResidual.Differences) throws -> Double {
      let detector = ChromaResidual(differences: differences)
      return rate(try scores("adversarial/pgd4", detector), above: try threshold(detector, falsePositives: 0.01))
    }
    let (both, redGreen) = (try seen(.both), try seen(.redGreen))
    #expect(both >= 0.9 && both > redGreen)
  }

  @Test func wholeChromaSeesPatches() throws {
    let detector = ChromaResidual(region: .whole)
    let threshold = try threshold(detector, falsePositives: 0.05)
    #expect(rate(try scores("adversarial/patch", detector), above: threshold) >= 0.98)
  }

  @Test func patchEvidenceSeesPatches() throws {
    let detector = PatchEvidence()
    let threshold = try threshold(detector, falsePositives: 0.01)
    #expect(rate(try scores("adversarial/patch", detector), above: threshold) >= 0.98)
  }

  @Test func stripeNoiseSeesStripes() throws {
    let detector = StripeNoise()
    let threshold = try threshold(detector, falsePositives: 0.01)
    #expect(rate(try scores("clean-jpeg/test", detector, squares: 0), above: threshold) >= 0.98)
    #expect(rate(try scores("clean-jpeg/test", detector, squares: 30), above: threshold) >= 0.95)
  }

  @Test func stripeConsistencySeesTheSquareAttack() throws {
    let detector = StripeConsistency()
    let threshold = try threshold(detector, falsePositives: 0.01)
    for attack in ["square", "square4"] {
      #expect(rate(try scores("adversarial-more/" + attack, detector), above: threshold) >= 0.98, "\(attack)")
    }
    #expect(rate(try scores("clean-jpeg/test", detector, squares: 30), above: threshold) >= 0.95)
  }
}

import Detectors
import Foundation
import ImageCodecs
import Pixels
import Preprocessing
import TestSupport
import Testing

/// Rates on photographs: thresholds from one half of the clean ones, attacks made of the other.
struct ScalingPhotographTests {
  private static let size = PixelSize(width: 64, height: 64)

  private func photographs(_ half: String, _ count: Int) throws -> [String] {
    let folder = try #require(Repository.sharedData) + "/eval/imagenet/clean-jpeg/" + half
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).sorted()
    return names.prefix(count).map { folder + "/" + $0 }
  }

  private func load(_ path: String) throws -> PixelImage {
    let bytes = try Repository.bytes(path)
    let image = try ImageDecoder().decode(bytes.span).takePixels()
    return image.converted(to: .rgb)
  }

  private func score(_ image: borrowing PixelImage) -> Double {
    ScalingAttack().score(image, scaledTo: Self.size).value ?? 0
  }

  private func scoresOfAttacks(on path: String, target other: String) throws -> [Double] {
    let source = try load(path)
    let picture = try load(other)
    let target = picture.trappingResized(to: Self.size, filter: .bicubic)
    return ScalingAttackGenerator.Scaler.allCases.map { scaler in
      let attack = ScalingAttackGenerator(scaler).attack(source, target: target)
      return score(attack)
    }
  }

  @Test(.enabled(if: Repository.hasGoldenData, "needs the photographs"))
  func photographsAndAttacksAreToldApart() throws {
    let clean = try photographs("calibrate", 60).map { score(try load($0)) }
    let threshold = clean.max() ?? 0
    let paths = try photographs("test", 40)
    let falsePositives = try paths.map { score(try load($0)) }.count { $0 > threshold }
    #expect(falsePositives <= 2)
    let attacks = try (0..<6).flatMap { try scoresOfAttacks(on: paths[$0], target: paths[$0 + 20]) }
    let weakest = attacks.min() ?? 0
    #expect(weakest > threshold)
  }
}

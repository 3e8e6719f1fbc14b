import Foundation
import Sluice
import TestSupport
import Testing

/// False positives of a shipped filter, with and without early endings.
@Suite(
  .enabled(if: Repository.hasGoldenData, "needs the measurement data"),
  .enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct EarlyEndingRateTests {
  @Test("early endings flag no clean photograph that complete evidence does not flag")
  func falsePositives() async throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let filter = try await Filter(
      contentsOf: Repository.file("Filters/imagenet-mobilenet.yaml"), options: .init(variables: ["MODELS": data]))
    let folder = "\(data)/clean-jpeg/test"
    var (early, complete, shortened) = (0, 0, 0)
    for name in try FileManager.default.contentsOfDirectory(atPath: folder).sorted() {
      let bytes = try Repository.bytes("\(folder)/\(name)")
      let filtered = try await filter.judge(bytes, source: name)
      let judged = try await filter.judge(bytes, source: name, completely: true)
      for verdict in [filtered, judged] {
        #expect(verdict.outcome == .clean || verdict.outcome == .adversarial, "\(name): \(verdict.reason)")
      }
      if filtered.outcome == .adversarial { #expect(judged.outcome == .adversarial, "\(name)") }
      early += filtered.outcome == .adversarial ? 1 : 0
      complete += judged.outcome == .adversarial ? 1 : 0
      shortened += filtered.detectors.count < judged.detectors.count ? 1 : 0
    }
    #expect(early <= complete && shortened > 50, "\(early) \(complete) \(shortened)")
  }
}

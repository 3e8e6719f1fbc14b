import Classifiers
import Foundation
import TestSupport
import Testing

/// The shipped ImageNet filter and its calibration, on photographs that it was not calibrated on, and attacks, none of
/// which it was fitted on.
@Suite(
  .enabled(if: Repository.hasGoldenData, "needs the measurement data"),
  .enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct ShippedCalibrationTests {
  /// Whether this processor computes in bfloat16 and in 8-bit integers.
  private static let isFast: Bool = {
    var settings = OpenVINOSettings(modelPath: "")
    return [(InferencePrecision.auto, ComputedPrecision.bf16), (.int8, .int8)].allSatisfy { setting, wanted in
      settings.precision = setting
      return (try? settings.computedPrecision(environment: ProcessInfo.processInfo.environment)) == wanted
    }
  }()

  @Test(
    "every calibration is of the filter beside it, for both arithmetics",
    arguments: ["mobilenet", "mobilenet-private", "mobilenet-fast", "efficientnet-lite0"], ["f32", nil])
  func calibrationsBelong(name: String, arithmetic: String?) throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let result = try SluiceCommand.run(
      [
        "filter", "-f", Repository.file("Filters/imagenet-\(name).yaml"), "--format", "none",
        "\(data)/clean-jpeg/test/000_tench.jpg",
      ], environment: ["MODELS": data, "SLUICE_AUTO_PRECISION": arithmetic].compactMapValues(\.self))
    // The fast filter has one calibration, for processors that compute in bfloat16 and in 8-bit integers.
    let isRefused = name == "mobilenet-fast" && (arithmetic == "f32" || !Self.isFast)
    #expect(result.status == (isRefused ? 2 : 0), "\(result.errors)")
    if isRefused { #expect(result.errors.contains("the calibration was made with")) }
  }

  @Test("it keeps its budget on every source, sees attacks, and more than the published baseline beside it")
  func evaluation() throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let folder = try TemporaryFolder()
    let attacks = ["fgsm", "deepfool", "pgd8-jpeg90"]
    let more = ["fgsm8", "square"]
    let result = try SluiceCommand.run(
      [
        "evaluate", "-f", Repository.file("Filters/imagenet-mobilenet.yaml"), "--json", "\(folder.path)/all.json",
        "--clean", "\(data)/clean-jpeg/test", "--adversarial",
      ] + attacks.map { "\(data)/adversarial/\($0)" } + more.map { "\(data)/adversarial-more/\($0)" },
      environment: ["MODELS": data])
    #expect(result.status == 0, "\(result.errors)")
    // No attack was seen in making it.
    #expect(!result.outputText.contains("fgsm *"))
    let bytes = try Repository.bytes("\(folder.path)/all.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])

    /// The share that a judge flags at 5, 1 or 0.1 %.
    func rate(_ group: [String: Any], judge: Int, budget: Int = 0) -> Double {
      let judges = group["judges"] as? [[String: Any]] ?? []
      let flagged = (judges[judge]["flagged"] as? [Any])?[budget]
      return (flagged as? [String: Any])?["rate"] as? Double ?? -1
    }
    let clean = try #require(all["clean"] as? [String: Any])
    // 5 % of 125 photographs; four deviations more.
    #expect(rate(clean, judge: 0) >= 0 && rate(clean, judge: 0) <= 0.13)
    #expect(abs(rate(clean, judge: 1) - 0.032) <= 0.03)
    let groups = try #require(all["attacks"] as? [[String: Any]])
    #expect(groups.compactMap { $0["name"] as? String } == attacks + more)
    for (group, wanted) in zip(groups, [(0.75, 0.5), (0.75, 0.5), (0.95, 0.9), (1, 0.95), (1, 1)]) {
      #expect(rate(group, judge: 0) >= wanted.0, "\(group["name"] ?? "")")
      #expect(rate(group, judge: 0, budget: 1) >= wanted.1, "\(group["name"] ?? "")")
    }
    for group in groups.prefix(3) {
      #expect(rate(group, judge: 0) >= rate(group, judge: 1) + 0.3, "\(group["name"] ?? "")")
    }
    // What one number for everything had drowned at small budgets.
    #expect(rate(groups[3], judge: 0, budget: 2) >= 0.8)
    // A tenth of 0.1 % is less than so many clean scores can tell.
    let notes = all["notes"] as? [String] ?? []
    #expect(notes.contains { $0.hasPrefix("At 0.1 % the group `stripes` has no say") }, "\(notes)")
    #expect(rate(clean, judge: 0, budget: 2) <= 0.02)
  }
}

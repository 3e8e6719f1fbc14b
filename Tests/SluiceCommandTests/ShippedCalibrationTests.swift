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
  static let isFast: Bool = {
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
    for (group, wanted) in zip(groups, [(0.9, 0.85), (0.75, 0.5), (0.95, 0.9), (1, 1), (1, 1)]) {
      #expect(rate(group, judge: 0) >= wanted.0, "\(group["name"] ?? "")")
      #expect(rate(group, judge: 0, budget: 1) >= wanted.1, "\(group["name"] ?? "")")
    }
    for group in groups.prefix(3) {
      #expect(rate(group, judge: 0) >= rate(group, judge: 1) + 0.3, "\(group["name"] ?? "")")
    }
    // A twentieth of 0.1 % is less than so many clean scores can tell.
    let notes = all["notes"] as? [String] ?? []
    #expect(notes.contains { $0.hasPrefix("At 0.1 % the group `stripes` has no say") }, "\(notes)")
    #expect(rate(clean, judge: 0, budget: 2) <= 0.02)
  }

  @Test(
    "with the shares that the documentation gives for it, the shipped calibration keeps a budget of 0.1 % and sees noise"
  )
  func smallBudget() throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let folder = try TemporaryFolder()
    let shares = "{predictions: 0.6, noise: 0.2, image: 0.2, even-noise: 0, stripes: 0}"
    let page = String(decoding: try Repository.bytes(Repository.file("Filters/README.md")), as: UTF8.self)
    #expect(page.contains(shares))
    var filter = String(
      decoding: try Repository.bytes(Repository.file("Filters/imagenet-mobilenet.yaml")), as: UTF8.self)
    filter.replace(/groups: \{predictions[^}]*\}/, with: "groups: \(shares)")
    filter.replace(#/\ +earlyExit: [^\n]*\n/#, with: "")
    filter.replace("falsePositiveBudget: 0.05", with: "falsePositiveBudget: 0.001")
    filter.replace("imagenet-mobilenet.", with: Repository.file("Filters") + "/imagenet-mobilenet.")
    let path = try folder.file("small.yaml", filter)
    func flagged(_ images: String) throws -> Double {
      let names = try FileManager.default.contentsOfDirectory(atPath: "\(data)/\(images)")
      let files = names.filter { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }.map { "\(data)/\(images)/\($0)" }
      let result = try SluiceCommand.run(
        ["filter", "-f", path, "--format", "none"] + files, environment: ["MODELS": data])
      #expect(result.status < 2, "\(result.errors)")
      let verdicts = result.verdicts.compactMap { $0["verdict"] as? String }
      #expect(verdicts.count == files.count)
      return Double(verdicts.count { $0 == "adversarial" }) / Double(max(1, verdicts.count))
    }
    #expect(try flagged("clean-jpeg/test") <= 0.02)
    #expect(try flagged("adversarial-more/fgsm8") >= 0.8)
  }
}

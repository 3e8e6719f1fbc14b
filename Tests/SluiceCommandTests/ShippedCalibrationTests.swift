import Foundation
import TestSupport
import Testing

/// The shipped ImageNet filter and its calibration, on photographs and attacks that neither was fitted on.
@Suite(
  .enabled(if: Repository.hasGoldenData, "needs the measurement data"),
  .enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct ShippedCalibrationTests {
  @Test("it keeps its budget, sees attacks left out of its fit, and reproduces the published baseline beside it")
  func evaluation() throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let folder = try TemporaryFolder()
    let attacks = ["fgsm", "deepfool", "pgd8-jpeg90"]
    let result = try SluiceCommand.run(
      [
        "evaluate", "-f", Repository.file("Filters/imagenet-mobilenet.yaml"), "--json", "\(folder.path)/all.json",
        "--clean", "\(data)/clean-jpeg/test", "--adversarial",
      ] + attacks.map { "\(data)/adversarial/\($0)" }, environment: ["MODELS": data])
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.outputText.contains("fgsm *"))
    let bytes = try Repository.bytes("\(folder.path)/all.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])

    /// The share that a judge flags at the filter's own budget.
    func rate(_ group: [String: Any], judge: Int) -> Double {
      let judges = group["judges"] as? [[String: Any]] ?? []
      let flagged = (judges[judge]["flagged"] as? [Any])?.first
      return (flagged as? [String: Any])?["rate"] as? Double ?? -1
    }
    let clean = try #require(all["clean"] as? [String: Any])
    // 5 % of 125 photographs; four deviations more.
    #expect(rate(clean, judge: 0) >= 0 && rate(clean, judge: 0) <= 0.13)
    #expect(abs(rate(clean, judge: 1) - 0.032) <= 0.03)
    let groups = try #require(all["attacks"] as? [[String: Any]])
    #expect(groups.compactMap { $0["name"] as? String } == attacks)
    for (group, (wanted, published)) in zip(groups, [(0.8, 0.0), (0.85, 0.3043), (0.95, 0.3833)]) {
      #expect(rate(group, judge: 0) >= wanted, "\(group["name"] ?? "")")
      #expect(abs(rate(group, judge: 1) - published) <= 0.03)
      let images = try #require(group["images"] as? [[String: Any]])
      #expect(images.allSatisfy { $0["heldOutOf"] as? String == group["name"] as? String })
    }
  }
}

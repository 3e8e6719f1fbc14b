import Foundation
import TestSupport
import Testing

/// The shipped ImageNet filter on every evaluation image: what it decides without asking everything, against what complete
/// evidence says.
@Suite(
  .enabled(if: Repository.hasGoldenData, "needs the measurement data"),
  .enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct EarlyEndingTests {
  private struct Judged {
    var isFlagged: Bool
    var end: String
    var isLost = false
    var wasAudited = false
  }

  private static func folders(_ data: String) throws -> (clean: [String], attacks: [String]) {
    func inside(_ folder: String) throws -> [String] {
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
    }
    let imagenet = "\(data)/eval/imagenet"
    return (
      ["\(imagenet)/clean-jpeg/test", "\(data)/eval/other-source/bsds500"],
      try inside("\(imagenet)/adversarial") + inside("\(imagenet)/adversarial-more")
    )
  }

  /// Every image judged completely, and how far the filter would have gone.
  private static func evaluated(_ filter: String, _ data: String) throws -> [String: Judged] {
    let folder = try TemporaryFolder()
    let (clean, attacks) = try folders(data)
    let result = try SluiceCommand.run(
      ["evaluate", "-f", filter, "--no-baseline", "--json", "\(folder.path)/e.json", "--clean"] + clean
        + ["--adversarial"] + attacks, environment: ["MODELS": "\(data)/eval/imagenet"])
    #expect(result.status == 0, "\(result.errors)")
    let bytes = try Repository.bytes("\(folder.path)/e.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let groups = [try #require(all["clean"] as? [String: Any])] + (all["attacks"] as? [[String: Any]] ?? [])
    var judged: [String: Judged] = [:]
    for image in groups.flatMap({ $0["images"] as? [[String: Any]] ?? [] }) {
      let flagged = (image["flagged"] as? [[Any]])?[0][0] as? Bool
      let way = try #require(image["way"] as? [String: Any])
      judged[try #require(image["source"] as? String)] = Judged(
        isFlagged: try #require(flagged as Bool?), end: way["end"] as? String ?? "",
        isLost: way["lost"] as? Bool ?? false)
    }
    return judged
  }

  /// What the filter does.
  private static func filtered(_ filter: String, _ data: String) throws -> [String: Judged] {
    let folder = try TemporaryFolder()
    let (clean, attacks) = try folders(data)
    let paths = try (clean + attacks).flatMap { folder in
      try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
    }
    let list = try folder.file("paths", paths.joined(separator: "\n"))
    let result = try SluiceCommand.run(
      [
        "filter", "-f", filter, "--files-from", list, "--format", "none", "--verdicts",
        "\(folder.path)/verdicts",
      ], environment: ["MODELS": "\(data)/eval/imagenet"])
    #expect(result.status == 1, "\(result.errors)")
    var judged: [String: Judged] = [:]
    for line in String(decoding: try Repository.bytes("\(folder.path)/verdicts"), as: UTF8.self).split(separator: "\n")
    {
      let verdict = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let way = try #require(verdict["way"] as? [String: Any])
      let precisions = way["precisions"] as? [String: String]
      #expect(precisions?["classifier"] == "f32" && precisions?["looks"] == precisions?["models.mobilenet-v1"])
      judged[try #require(verdict["source"] as? String)] = Judged(
        isFlagged: verdict["verdict"] as? String == "adversarial", end: way["end"] as? String ?? "",
        wasAudited: way["auditedExit"] != nil)
    }
    return judged
  }

  @Test("a word for the arithmetic that nobody knows is refused, with those that are permitted")
  func unknownArithmetic() throws {
    let data = try #require(Repository.sharedData) + "/eval/imagenet"
    let result = try SluiceCommand.run(
      ["filter", "-f", Repository.file("Filters/imagenet-mobilenet.yaml"), "--format", "none"], input: [0],
      environment: ["MODELS": data, "SLUICE_AUTO_PRECISION": "fp32"])
    #expect(result.status == 2 && result.errors.contains("SLUICE_AUTO_PRECISION is `fp32`; permitted are f32, bf16"))
  }

  @Test(
    "verdicts are those of complete evidence, but for images that leave early, of which next to none would be flagged")
  func sameVerdicts() throws {
    let data = try #require(Repository.sharedData)
    let filter = Repository.file("Filters/imagenet-mobilenet.yaml")
    let (complete, filtered) = (try Self.evaluated(filter, data), try Self.filtered(filter, data))
    #expect(complete.count > 900 && Set(complete.keys) == Set(filtered.keys))
    var (early, drawn, lost) = (0, 0, 0)
    for (source, own) in filtered {
      let all = try #require(complete[source])
      if own.end == all.end {
        early += own.end == "complete" ? 0 : 1
        // What leaves early counts as not flagged in the evaluation, too; what was lost says so.
        #expect(own.isFlagged == all.isFlagged, "\(source)")
      } else {
        // One image in a hundred is drawn to be judged completely.
        drawn += 1
        #expect(own.end == "complete", "\(source): \(own.end), \(all.end)")
        #expect(own.isFlagged == (all.isFlagged || all.isLost), "\(source)")
        #expect(own.wasAudited == (all.end == "cleared-early"), "\(source)")
      }
      lost += all.isLost ? 1 : 0
    }
    #expect(early > 800 && drawn < 40, "\(early) \(drawn)")
    #expect(lost <= 5, "\(lost)")
  }
}

import Foundation
import TestSupport
import Testing

/// The shipped ImageNet filters on evaluation images: what they decide without asking everything, against what complete
/// evidence says.
@Suite(
  .enabled(if: Repository.hasGoldenData, "needs the measurement data"),
  .enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct EarlyEndingTests {
  /// A shipped filter in one arithmetic, and which of the evaluation images it is tried on.
  struct Trial: CustomTestStringConvertible {
    let name: String
    /// `nil` for what the processor computes in by itself.
    var arithmetic: String?
    /// One of so many images, evenly taken from each folder.
    var stride = 1
    var classifier = "f32"

    var filter: String { Repository.file("Filters/\(name).yaml") }
    var testDescription: String { "\(name), \(arithmetic ?? "as the processor computes"), 1 image of \(stride)" }

    func environment(_ data: String) -> [String: String] {
      ["MODELS": "\(data)/eval/imagenet", "SLUICE_AUTO_PRECISION": arithmetic].compactMapValues(\.self)
    }
  }

  /// All images as the processor computes, because small attacks are the first that exits lose; in single precision, which
  /// takes twice the time, one image in three.
  static let trials =
    [
      Trial(name: "imagenet-mobilenet"), Trial(name: "imagenet-mobilenet", arithmetic: "f32", stride: 3),
      Trial(name: "imagenet-mobilenet-private"),
      Trial(name: "imagenet-mobilenet-private", arithmetic: "f32", stride: 3),
    ]
    // Its calibration is for processors that compute in bfloat16 and in 8-bit integers, and for no others.
    + (ShippedCalibrationTests.isFast ? [Trial(name: "imagenet-mobilenet-fast", classifier: "bf16")] : [])

  /// What early exits may lose of one attack: this share of its images, and one image in any case.
  private static let mostLost = 0.01

  private struct Judged {
    var isFlagged: Bool
    var end: String
    var isLost = false
    var wasAudited = false
  }

  private static func inside(_ folder: String) throws -> [String] {
    try FileManager.default.contentsOfDirectory(atPath: folder).sorted().map { "\(folder)/\($0)" }
  }

  /// Folders of images, an attack each but for the clean ones.
  private struct Images {
    var clean: [String]
    var attacks: [String]

    /// The evaluation images.
    init(_ data: String) throws {
      let imagenet = "\(data)/eval/imagenet"
      clean = ["\(imagenet)/clean-jpeg/test", "\(data)/eval/other-source/bsds500"]
      attacks = try inside("\(imagenet)/adversarial") + inside("\(imagenet)/adversarial-more")
    }

    /// Copies of one image in so many of each folder; these folders themselves for 1.
    func every(_ stride: Int, in folder: TemporaryFolder) throws -> Images {
      guard stride > 1 else { return self }
      var images = self
      images.clean = try clean.map { try Self.copy($0, stride, to: "\(folder.path)/clean") }
      images.attacks = try attacks.map { try Self.copy($0, stride, to: "\(folder.path)/attacks") }
      return images
    }

    private static func copy(_ images: String, _ stride: Int, to place: String) throws -> String {
      let copies = "\(place)/\(URL(filePath: images).lastPathComponent)"
      try FileManager.default.createDirectory(atPath: copies, withIntermediateDirectories: true)
      for (number, image) in try inside(images).enumerated() where number % stride == 0 {
        try FileManager.default.copyItem(atPath: image, toPath: "\(copies)/\(URL(filePath: image).lastPathComponent)")
      }
      return copies
    }
  }

  /// Every image judged completely, and how far the filter would have gone.
  private static func evaluated(_ trial: Trial, _ images: Images, _ data: String) throws -> [String: Judged] {
    let folder = try TemporaryFolder()
    let result = try SluiceCommand.run(
      ["evaluate", "-f", trial.filter, "--no-baseline", "--json", "\(folder.path)/e.json", "--clean"] + images.clean
        + ["--adversarial"] + images.attacks, environment: trial.environment(data))
    #expect(result.status == 0, "\(result.errors)")
    let bytes = try Repository.bytes("\(folder.path)/e.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let attacks = try #require(all["attacks"] as? [[String: Any]])
    #expect(attacks.count == images.attacks.count)
    for attack in attacks { try checkLosses(attack) }
    let groups = [try #require(all["clean"] as? [String: Any])] + attacks
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

  /// Early exits lose next to nothing of any attack.
  private static func checkLosses(_ attack: [String: Any]) throws {
    let ways = (attack["images"] as? [[String: Any]] ?? []).compactMap { $0["way"] as? [String: Any] }
    let lost = ways.count { $0["lost"] as? Bool == true }
    let permitted = max(1, mostLost * Double(ways.count))
    #expect(!ways.isEmpty && Double(lost) <= permitted, "\(attack["name"] ?? ""): \(lost) of \(ways.count)")
  }

  /// What the filter does.
  private static func filtered(_ trial: Trial, _ images: Images, _ data: String) throws -> [String: Judged] {
    let folder = try TemporaryFolder()
    let paths = try (images.clean + images.attacks).flatMap(inside)
    let list = try folder.file("paths", paths.joined(separator: "\n"))
    let result = try SluiceCommand.run(
      [
        "filter", "-f", trial.filter, "--files-from", list, "--format", "none", "--verdicts",
        "\(folder.path)/verdicts",
      ], environment: trial.environment(data))
    #expect(result.status == 1, "\(result.errors)")
    var judged: [String: Judged] = [:]
    for line in String(decoding: try Repository.bytes("\(folder.path)/verdicts"), as: UTF8.self).split(separator: "\n")
    {
      let verdict = try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
      let way = try #require(verdict["way"] as? [String: Any])
      let precisions = way["precisions"] as? [String: String]
      #expect(precisions?["classifier"] == trial.classifier)
      #expect(precisions?["looks"] == precisions?["models.mobilenet-v1"])
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
    "verdicts are those of complete evidence, but for images that leave early, of which next to none would be flagged",
    arguments: trials)
  func sameVerdicts(trial: Trial) throws {
    let data = try #require(Repository.sharedData)
    let folder = try TemporaryFolder()
    let images = try Images(data).every(trial.stride, in: folder)
    let (complete, filtered) = (try Self.evaluated(trial, images, data), try Self.filtered(trial, images, data))
    #expect(complete.count > 900 / trial.stride && Set(complete.keys) == Set(filtered.keys))
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
    #expect(early > 800 / trial.stride && drawn < 40 / trial.stride, "\(early) \(drawn)")
    #expect(lost <= 5, "\(lost)")
  }

  /// Attacks on the classifier and on every witness that is known, whose authors did not know of the private model.
  @Test(
    "no image that is made for all known witnesses leaves before the private model was asked", arguments: [nil, "f32"])
  func aimedAtTheExit(arithmetic: String?) throws {
    let data = try #require(Repository.sharedData)
    let trial = Trial(name: "imagenet-mobilenet-private", arithmetic: arithmetic)
    let more = try Self.inside("\(data)/eval/imagenet/adversarial-more")
    let attacks = try more.filter { $0.contains("/adaptive-all8") }.flatMap(Self.inside)
    let clean = try Self.inside("\(data)/eval/imagenet/clean-jpeg/test")
    let result = try SluiceCommand.run(
      ["filter", "-f", trial.filter, "--format", "none"] + attacks + clean, environment: trial.environment(data))
    #expect(result.status < 2 && attacks.count >= 32, "\(result.errors)")
    #expect(result.verdicts.count == attacks.count + clean.count)
    var left = 0
    for verdict in result.verdicts {
      let way = try #require(verdict["way"] as? [String: Any])
      guard way["end"] as? String == "cleared-early" else { continue }
      left += 1
      let asked = way["asked"] as? [String]
      #expect(asked?.contains("model third") == true, "\(verdict["source"] ?? ""): \(asked ?? [])")
    }
    // Clean photographs stand beside them, so that some leave.
    #expect(left > 50, "\(left)")
  }
}

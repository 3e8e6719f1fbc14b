import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// Calibrating, deciding and evaluating with a filter that needs no engine: statistics of noise pictures.
@Suite struct CalibrateCommandTests {
  static let filter = """
    version: 1
    name: noise
    preprocess: [{resize: {width: 32, height: 32}}]
    tensor: {layout: nchw, type: float32}
    detectors:
      - chromaResidual: {region: whole, weight: 2}
      - stripeNoise: {}
    decision: {falsePositiveBudget: 0.1, calibration: noise.calibration.json}
    """

  /// Smooth pictures with a little noise; `strength` levels of it.
  static func picture(_ seed: UInt64, strength: Int, channels: PixelChannels = .rgb) throws -> [UInt8] {
    var random = RepeatableRandom(seed: seed)
    let depth = channels.rawValue
    let samples = (0..<32 * 32 * depth).map { index in
      UInt8(90 + index / depth % 32 + Int.random(in: -strength...strength, using: &random))
    }
    return try PixelImage(samples, width: 32, height: 32, channels: channels).encodedAsPNG()
  }

  /// A folder with the filter, 60 clean images and 12 attacks.
  static func bench(clean: Int = 60) throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    try folder.file("noise.yaml", filter)
    for name in ["clean", "attacks", "attacks/loud", "attacks/louder"] {
      try FileManager.default.createDirectory(atPath: "\(folder.path)/\(name)", withIntermediateDirectories: true)
    }
    for index in 0..<clean {
      try folder.file("clean/\(index).png", picture(UInt64(index), strength: 3 + index % 4))
    }
    for index in 0..<12 {
      let name = index % 2 == 0 ? "loud" : "louder"
      try folder.file("attacks/\(name)/\(index).png", picture(1000 + UInt64(index), strength: 14 + index % 2 * 10))
    }
    return folder
  }

  private func sluice(_ folder: TemporaryFolder, _ arguments: String) throws -> SluiceCommand.Result {
    try SluiceCommand.shell("cd '\(folder.path)' && \"$SLUICE\" \(arguments)")
  }

  private func calibration(in folder: TemporaryFolder) throws -> [String: Any] {
    let bytes = try Repository.bytes("\(folder.path)/noise.calibration.json")
    return try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
  }

  @Test("from clean images to a decision: calibrate, filter, evaluate")
  func wholeWay() throws {
    let folder = try Self.bench()
    let refused = try sluice(folder, "filter -f noise.yaml --format none clean")
    #expect(refused.status == 2 && refused.errors.contains("sluice calibrate"))

    let made = try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean --adversarial attacks")
    #expect(made.status == 0, "\(made.errors)")
    #expect(made.outputText.contains("60 clean scores") && made.outputText.contains("loud "))
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/noise.calibration.json.partial"))

    let judged = try sluice(folder, "filter -f noise.yaml --format none attacks/louder/*.png")
    #expect(judged.status == 1 && judged.verdicts.count == 6)
    for verdict in judged.verdicts {
      let pValue = try #require(verdict["pValue"] as? Double)
      #expect(verdict["verdict"] as? String == "adversarial" && pValue <= 0.1 && verdict["budget"] as? Double == 0.1)
      let detectors = try #require(verdict["detectors"] as? [[String: Any]])
      #expect(detectors.allSatisfy { $0["contribution"] is Double && $0["pValue"] is Double && $0["threshold"] == nil })
      #expect((verdict["compared"] as? [String: Any])?["stratum"] as? String == "all")
    }
    let shown = try sluice(folder, "inspect -f noise.yaml attacks/louder/1.png")
    #expect(
      shown.outputText.contains("within the budget of 0.1") && shown.outputText.contains("to its group")
        && shown.outputText.contains("group image: p =")
        && shown.outputText.contains("compared with 60 clean scores"), "\(shown.outputText)")

    let page = try sluice(
      folder, "evaluate -f noise.yaml --clean clean --adversarial attacks --html page.html --json all.json")
    #expect(page.status == 0, "\(page.errors)")
    #expect(page.outputText.contains("louder *") && page.outputText.contains("are of the calibration"))
    let html = try String(decoding: Repository.bytes("\(folder.path)/page.html"), as: UTF8.self)
    #expect(html.contains("data:image/png;base64") && html.contains("<svg") && !html.contains("<script"))
    let all =
      try JSONSerialization.jsonObject(with: Data(Repository.bytes("\(folder.path)/all.json"))) as? [String: Any]
    #expect((all?["attacks"] as? [Any])?.count == 2)
  }

  @Test("the same images give the same calibration, in whatever order they come, also after an interruption")
  func resumes() throws {
    let folder = try Self.bench()
    func made(_ arguments: String) throws -> String {
      #expect(try sluice(folder, "calibrate -f noise.yaml \(arguments) -o made.json").status == 0)
      return try String(decoding: Repository.bytes("\(folder.path)/made.json"), as: UTF8.self)
    }
    let whole = try made("--clean clean --augment jpeg,gray")
    #expect(try made("--clean $(ls -r clean/*.png) --augment jpeg,gray --workers 3") == whole)
    // Half of it, and a line that was cut off: as a killed run leaves them.
    let half = try sluice(
      folder, "calibrate -f noise.yaml --clean clean/1*.png --augment jpeg,gray --fpr 0.0001 -o made.json")
    #expect(half.status == 2 && half.errors.contains("9999"))
    _ = try SluiceCommand.shell("printf '{\"digest\":\"12' >> '\(folder.path)/made.json.partial'")
    #expect(try made("--clean clean --augment jpeg,gray") == whole)
  }

  @Test("a calibration of another filter is refused; what scores do not depend on may change")
  func bindsToItsFilter() throws {
    let folder = try Self.bench()
    #expect(try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean").status == 0)
    func judge(_ text: String) throws -> SluiceCommand.Result {
      try folder.file("noise.yaml", text)
      return try sluice(folder, "filter -f noise.yaml --format none clean/1.png")
    }
    let budget = try judge("# another budget\n" + Self.filter.replacing("0.1", with: "0.2"))
    #expect(budget.status < 2, "\(budget.errors)")
    let size = try judge(Self.filter.replacing("height: 32", with: "height: 31"))
    #expect(size.status == 2 && size.errors.contains("another version of the filter"))
    let weighted = try judge(Self.filter.replacing("weight: 2", with: "weight: 3"))
    #expect(weighted.status == 2 && weighted.errors.contains("another version of the filter"))
    let fixed = try judge(Self.filter.replacing("stripeNoise: {}", with: "stripeNoise: {threshold: 3}"))
    #expect(fixed.status == 2 && fixed.errors.contains("other detectors"))
    let small = try judge(Self.filter.replacing("0.1", with: "0.001"))
    #expect(small.status == 2 && small.errors.contains("at least 999 scores of clean images"))
  }

  @Test("groups have shares of the budget, which the file may give; what contradicts itself is refused")
  func groups() throws {
    let folder = try Self.bench()
    func filter(_ groups: String, rule: String = "union") -> String {
      Self.filter.replacing("weight: 2", with: "group: chroma")
        .replacing("json}", with: "json, rule: \(rule), groups: \(groups)}")
    }
    try folder.file("noise.yaml", filter("{chroma: 0.5, image: 0.5}"))
    #expect(try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let judged = try sluice(folder, "filter -f noise.yaml --format none attacks/louder/*.png")
    #expect(judged.status == 1 && judged.verdicts.count == 6)
    for verdict in judged.verdicts {
      let compared = try #require(verdict["compared"] as? [String: Any])
      let groups = try #require(compared["groups"] as? [[String: Any]])
      #expect(groups.map { $0["name"] as? String } == ["chroma", "image"] && compared["fusedScore"] == nil)
      let spent = groups.compactMap { group in
        (group["pValue"] as? Double).flatMap { p in (group["share"] as? Double).map { p / $0 } }
      }
      let least = try #require(spent.min())
      #expect(abs(try #require(verdict["pValue"] as? Double) - min(1, least)) < 1e-6)
    }
    // Shares are no part of what was calibrated.
    try folder.file("noise.yaml", filter("{chroma: 0.7, image: 0.3}"))
    #expect(try sluice(folder, "filter -f noise.yaml --format none clean/1.png").status < 2)
    // A group without any is shown, and flags nothing.
    try folder.file("noise.yaml", filter("{chroma: 0, image: 1}"))
    for verdict in try sluice(folder, "filter -f noise.yaml --format none attacks/louder/*.png").verdicts {
      let compared = try #require(verdict["compared"] as? [String: Any])
      let groups = try #require(compared["groups"] as? [[String: Any]])
      #expect(groups.map { $0["share"] as? Double } == [0, 1] && groups[0]["flagged"] as? Bool == false)
      #expect(verdict["pValue"] as? Double == groups[1]["pValue"] as? Double)
    }
    for (text, problem) in [
      (filter("{chroma: 0.7, image: 0.4}"), "the maximum is 1"), (filter("{chroma: 1}"), "`image` no share"),
      (filter("{chroma: 0.5, image: 0.3, other: 0.1}"), "`other`, which is not a group"),
      (filter("{chroma: 0.0001, image: 0.9}"), "permitted are 0 and"),
      (filter("{chroma: -1, image: 0.9}"), "permitted are 0 and"), (filter("{chroma: 0, image: 0}"), "no group any"),
      (filter("{chroma: 1}", rule: "fused"), "only `union`"),
      (filter("{chroma: 0.995, image: 0.005}"), "`image`"),
      (
        filter("{chroma: 0.5, image: 0.5}").replacing("group: chroma", with: "group: chroma, threshold: 3"), "threshold"
      ),
    ] {
      try folder.file("noise.yaml", text)
      let refused = try sluice(folder, "filter -f noise.yaml --format none clean/1.png")
      #expect(refused.status == 2 && refused.errors.contains(problem), "\(problem): \(refused.errors)")
    }
    try folder.file("noise.yaml", Self.filter.replacing("weight: 2", with: "group: other"))
    let regrouped = try sluice(folder, "filter -f noise.yaml --format none clean/1.png")
    #expect(regrouped.status == 2 && regrouped.errors.contains("another version of the filter"))
  }

  @Test("clean images of several paths are counted apart")
  func collections() throws {
    let folder = try Self.bench()
    #expect(try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let result = try sluice(folder, "evaluate -f noise.yaml --clean clean attacks/loud --json all.json")
    #expect(result.outputText.contains("of clean") && result.outputText.contains("of attacks/loud"))
    let all =
      try JSONSerialization.jsonObject(with: Data(Repository.bytes("\(folder.path)/all.json"))) as? [String: Any]
    let collections = try #require(all?["cleanCollections"] as? [[String: Any]])
    #expect(collections.map { $0["count"] as? Int } == [60, 6])
  }

  @Test("detectors may share the budget instead")
  func sharedRule() throws {
    let folder = try Self.bench()
    try folder.file("noise.yaml", Self.filter.replacing("json}", with: "json, rule: shared}"))
    let made = try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean")
    // Of three parts of the budget one has to be spent: 1 / (61 / 3).
    #expect(
      made.status == 0 && made.outputText.contains("all detectors can spend budgets of 0.0492"), "\(made.outputText)")
    let judged = try sluice(folder, "filter -f noise.yaml --format none attacks/louder/*.png clean/*.png")
    let flagged = judged.verdicts.filter { $0["verdict"] as? String == "adversarial" }
    #expect(flagged.count >= 6 && flagged.count <= 12)
    let detectors = try #require(flagged.first?["detectors"] as? [[String: Any]])
    #expect(detectors.contains { $0["flagged"] as? Bool == true } && detectors.allSatisfy { $0["contribution"] == nil })
  }

  @Test("where detectors share the budget, nothing is said of weights that were fitted")
  func sharedWeights() throws {
    let folder = try Self.bench()
    try folder.file("noise.yaml", Self.filter.replacing("json}", with: "json, rule: shared}"))
    let made = try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean --adversarial attacks")
    #expect(made.status == 0 && made.outputText.contains("shares of the budget"), "\(made.errors)")
    #expect(made.outputText.contains("  chromaResidual  0.667\n  stripeNoise     0.333\n"), "\(made.outputText)")
    #expect(!made.outputText.contains("fitted") && !made.outputText.contains("by a fit"), "\(made.outputText)")
    let said = try sluice(folder, "evaluate -f noise.yaml --clean clean --adversarial attacks").outputText
    #expect(said.contains("weights: of the filter file, as shares of the budget"), "\(said)")
    #expect(!said.contains("fitted") && !said.contains(" *"), "\(said)")
  }

  @Test(
    "a private witness that the published baseline asks as well is private in the calibration, which the filter takes",
    .enabled(if: Requirements.hasEngine, "needs the inference engine"))
  func privateWitnessOfTheBaseline() throws {
    let folder = try TemporaryFolder()
    try folder.file(
      "signs.yaml",
      Filters.signs(
        detectors: """
          [{featureSqueezing: {name: open, squeezers: [{bitDepth: 5}], distance: l1}},
            {featureSqueezing: {name: hidden, squeezers: [{median: 2}], distance: l1, private: true}}]
          """,
        rest: """
          decision:
            falsePositiveBudget: 0.1
            calibration: signs.json
            earlyExit: {lostDetections: 0.2, confidence: 0.8}
          """))
    let samples = Repository.file("Samples/signs")
    let made = try sluice(
      folder,
      "calibrate -f signs.yaml --augment none --clean '\(samples)/clean/calibrate' --adversarial '\(samples)/adversarial'"
    )
    #expect(made.status == 0, "\(made.errors)")
    let bytes = try Repository.bytes("\(folder.path)/signs.json")
    let json = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let certificate = try #require((json["exits"] as? [String: Any])?["certificate"] as? [String: Any])
    #expect(certificate["privateWitnesses"] as? [String] == ["median 2"])
    let judged = try sluice(folder, "filter -f signs.yaml --format none '\(samples)/clean/test'/*")
    #expect(judged.status < 2 && !judged.verdicts.isEmpty, "\(judged.errors)")
  }

  @Test("a detector that abstains is no evidence")
  func abstention() throws {
    let folder = try Self.bench()
    try folder.file(
      "noise.yaml",
      Self.filter.replacing("float32}", with: "float32, channels: gray}")
        .replacing("stripeNoise: {}", with: "stripeNoise: {signal: brightness}"))
    #expect(try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let verdict = try #require(try sluice(folder, "filter -f noise.yaml --format none clean/0.png").verdicts.first)
    let detectors = try #require(verdict["detectors"] as? [[String: Any]])
    let gray = try #require(detectors.first)
    #expect(gray["score"] is NSNull && gray["contribution"] as? Double == 0 && gray["pValue"] as? Double == 1)
    #expect(verdict["verdict"] as? String == "clean")
  }

  @Test(
    "bad input is a clear message and no calibration",
    arguments: [
      ("mkdir empty", "--clean empty", 2, "needs at least 9 clean images; there are 0"),
      ("true", "--clean nowhere", 2, "nowhere"),
      ("true", "--clean clean/1.png", 2, "there are 1"),
      ("mkdir same; for i in $(seq 20); do cp clean/1.png same/$i.png; done", "--clean same", 2, "there are 1"),
      ("mkdir none", "--clean clean --adversarial none", 2, "none is empty; name a folder of"),
      ("true", "--clean clean --adversarial clean/1.png", 2, "is not a folder"),
      ("true", "--clean clean --fpr 0", 2, "--fpr"),
      ("true", "--clean clean --fpr 0.2", 2, "`falsePositiveBudget: 0.2`"),
      ("true", "--clean clean --fpr 0.2 -o ./clean/../noise.calibration.json", 2, "`falsePositiveBudget: 0.2`"),
      ("true", "--clean clean --augment smear", 2, "jpeg, blur, noise, brightness, gray"),
      ("true", "--clean clean -o clean/1.png", 2, "clean/1.png"),
      ("mkdir made.json", "--clean clean -o made.json", 2, "made.json"),
      ("printf '{\"scoresOf\":\"x\"}\n{}\n' > made.json.partial", "--clean clean -o made.json", 2, "another filter"),
    ] as [(String, String, Int32, String)])
  func badInput(preparation: String, arguments: String, status: Int32, message: String) throws {
    let folder = try Self.bench()
    _ = try SluiceCommand.shell("cd '\(folder.path)' && \(preparation)")
    let result = try sluice(folder, "calibrate -f noise.yaml \(arguments)")
    #expect(result.status == status && result.errors.contains(message), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/noise.calibration.json"))
  }

  @Test(
    "a folder of attacks or a list of reviews that is not there costs no scores",
    arguments: ["--adversarial nowhere", "--from-audit nowhere"])
  func missingSources(option: String) throws {
    let folder = try Self.bench()
    let result = try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean \(option)")
    #expect(result.status == 2 && result.errors.contains("nowhere"), "\(result.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/noise.calibration.json.partial"))
  }

  @Test("clean images that a fixed threshold flags are counted, because no budget knows of them")
  func besideTheBudget() throws {
    let folder = try Self.bench()
    try folder.file("noise.yaml", Self.filter.replacing("- stripeNoise", with: "- fileFindings: {}\n  - stripeNoise"))
    // An archive behind the picture.
    _ = try SluiceCommand.shell("cd '\(folder.path)/clean' && for i in 1*.png; do printf 'PK\\3\\4rest' >> $i; done")
    let result = try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean")
    #expect(result.status == 0, "\(result.errors)")
    #expect(
      result.outputText.contains("fileFindings flags 11 of 60 clean images, whatever the budget: ")
        && result.outputText.contains("polyglot"), "\(result.outputText)")
  }

  @Test("a damaged image is left out and named, the others count")
  func damagedImage() throws {
    let folder = try Self.bench()
    try folder.file("clean/broken.png", Array(try Self.picture(1, strength: 3).dropLast(30)))
    let result = try sluice(folder, "calibrate -f noise.yaml --clean clean --augment blur")
    #expect(result.status == 1 && result.errors.contains("clean/broken.png left out"))
    let images = try #require(try calibration(in: folder)["images"] as? [String: Any])
    #expect(images["count"] as? Int == 120)
  }

  @Test("a pipe in a folder is left out and named")
  func pipeInFolder() throws {
    let folder = try Self.bench()
    #expect(mkfifo("\(folder.path)/clean/pipe.png", 0o600) == 0)
    let result = try sluice(folder, "calibrate -f noise.yaml --clean clean --augment none")
    #expect(result.status == 1 && result.errors.contains("clean/pipe.png is no regular file"), "\(result.errors)")
    #expect(result.outputText.contains("60 clean scores"))
  }

  @Test("evaluating says when there is nothing to evaluate, and which of two calibrations is better")
  func evaluating() throws {
    let folder = try Self.bench()
    _ = try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean")
    #expect(try SluiceCommand.shell("mkdir '\(folder.path)/empty'").status == 0)
    let empty = try sluice(folder, "evaluate -f noise.yaml --clean empty")
    #expect(empty.status == 2 && empty.errors.contains("no clean image"))
    #expect(
      try sluice(folder, "calibrate -f noise.yaml --augment none --clean clean --adversarial attacks -o new.json")
        .status == 0)
    let compared = try sluice(
      folder,
      "evaluate -f noise.yaml --clean clean --adversarial attacks --calibration new.json --against noise.calibration.json"
    )
    #expect(compared.status == 0 && compared.outputText.contains("McNemar"), "\(compared.errors)")
    #expect(compared.outputText.contains("do not show a difference") || compared.outputText.contains("better"))
  }

  @Test("an interrupted run keeps its scores and dies of the signal")
  func interruption() throws {
    let folder = try Self.bench()
    // The run waits for more images until the signal comes. Without job control, a shell has it ignore that.
    let result = try SluiceCommand.shell(
      """
      cd '\(folder.path)' && mkfifo more && exec 3<>more && set -m
      "$SLUICE" calibrate -f noise.yaml --augment none --clean clean more & run=$!
      until grep -qs '"digest"' noise.calibration.json.partial; do kill -0 $run || exit 99; sleep 0.05; done
      kill -INT $run; wait $run
      """)
    try #require(result.status == 130, "\(result.errors)")
    #expect(result.errors.contains("goes on with the same filter and images"), "\(result.errors)")
    #expect(FileManager.default.fileExists(atPath: "\(folder.path)/noise.calibration.json.partial"))
  }

  @Test("what a run on other images left behind is no part of a calibration")
  func leftovers() throws {
    let folder = try Self.bench()
    func made(_ arguments: String) throws -> SluiceCommand.Result {
      try sluice(folder, "calibrate -f noise.yaml \(arguments) -o made.json")
    }
    #expect(try made("--clean clean/1*.png").status == 0)
    let alone = try Repository.bytes("\(folder.path)/made.json")
    let stopped = try made("--clean clean --adversarial attacks --fpr 0.0001")
    #expect(stopped.status == 2 && FileManager.default.fileExists(atPath: "\(folder.path)/made.json.partial"))
    #expect(try made("--clean clean/1*.png").status == 0)
    #expect(try Repository.bytes("\(folder.path)/made.json") == alone)
  }
}

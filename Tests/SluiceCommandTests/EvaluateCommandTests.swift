import Foundation
import TestSupport
import Testing

/// What an evaluation counts and leaves out, with a filter that needs no engine.
@Suite struct EvaluateCommandTests {
  private func sluice(_ folder: TemporaryFolder, _ arguments: String) throws -> SluiceCommand.Result {
    try SluiceCommand.shell("cd '\(folder.path)' && \(arguments)")
  }

  private func counts(_ group: Any?) -> Int? { ((group as? [String: Any])?["images"] as? [Any])?.count }

  @Test("an image counts once, however often it is named; what an attack made of two pictures counts twice")
  func repeated() throws {
    let folder = try CalibrateCommandTests.bench()
    _ = try SluiceCommand.shell("cd '\(folder.path)' && cp attacks/loud/0.png attacks/loud/other.png")
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let result = try sluice(
      folder,
      "\"$SLUICE\" evaluate -f noise.yaml --clean clean clean/1.png --adversarial attacks attacks/loud --json all.json")
    #expect(result.status == 0, "\(result.errors)")
    // One clean image, and the seven of one attack.
    #expect(result.outputText.contains("8 images were named again"), "\(result.outputText)")
    let bytes = try Repository.bytes("\(folder.path)/all.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(counts(all["clean"]) == 60)
    #expect((all["attacks"] as? [Any])?.map(counts) == [7, 6])
  }

  @Test("images that are clean and adversarial ones are counted")
  func disputed() throws {
    let folder = try CalibrateCommandTests.bench()
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let evaluate = "\"$SLUICE\" evaluate -f noise.yaml --clean clean --adversarial attacks"
    let note = "are among the clean and the adversarial ones"
    #expect(try !sluice(folder, evaluate).outputText.contains(note))
    _ = try SluiceCommand.shell("cd '\(folder.path)' && cp clean/1.png clean/2.png attacks/loud")
    let result = try sluice(folder, evaluate)
    #expect(result.outputText.contains("2 images \(note)"), "\(result.outputText)\(result.errors)")
  }

  @Test("the release gate counts each picture of an attack whose classes have folders of their own")
  func gateWithFoldersOfClasses() throws {
    let folder = try CalibrateCommandTests.bench()
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    // Six that are flagged, and behind them three that pass, all called alike.
    let made = try SluiceCommand.shell(
      """
      cd '\(folder.path)' && mkdir -p gate/mixed && for i in 1 3 5 7 9 11; do
        mkdir gate/mixed/$i && cp attacks/louder/$i.png gate/mixed/$i/000.png; done
      for i in 0 4 8; do mkdir gate/mixed/c$i && cp clean/$i.png gate/mixed/c$i/000.png; done
      """)
    #expect(made.status == 0, "\(made.errors)")
    let result = try sluice(
      folder, "\"$SLUICE\" evaluate -f noise.yaml --clean clean --adversarial gate --at-most-passing 0.1")
    #expect(result.status == 1 && result.errors.contains(" of 9 pass with mixed"), "\(result.errors)")
  }

  @Test("a filter without a decision is told what to do for what was asked")
  func withoutDecision() throws {
    let (folder, _) = try Filters.decodingFolder()
    let evaluated = try sluice(folder, "\"$SLUICE\" evaluate -f decode-only.yaml --clean a.png")
    #expect(evaluated.status == 2 && evaluated.errors.contains("so it has no calibration to evaluate"))
    #expect(evaluated.errors.contains("add `decision: ") && evaluated.errors.contains(", then `sluice calibrate`"))
    let calibrated = try sluice(folder, "\"$SLUICE\" calibrate -f decode-only.yaml --clean a.png")
    #expect(calibrated.status == 2 && calibrated.errors.contains("so there is nothing to calibrate"))
    #expect(!calibrated.errors.contains(", then "), "\(calibrated.errors)")
  }

  @Test("an attack that passes does not vanish among those of another folder of the same name")
  func gateWithFoldersOfOneName() throws {
    let folder = try CalibrateCommandTests.bench()
    // Three of four pass in one of them; everything is flagged in the other.
    _ = try SluiceCommand.shell(
      """
      cd '\(folder.path)' && mkdir -p A/louder B/louder && cp attacks/louder/*.png A/louder
      cp attacks/louder/1.png clean/0.png clean/4.png clean/8.png B/louder
      """)
    let made = try sluice(
      folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean --adversarial attacks")
    #expect(made.status == 0, "\(made.errors)")
    let result = try sluice(
      folder, "\"$SLUICE\" evaluate -f noise.yaml --clean clean --adversarial A B --at-most-passing 0.5")
    #expect(result.status == 1 && result.errors.contains("3 of 4 pass with B/louder"), "\(result.errors)")
    // The calibration calls it otherwise, and has a fit without it all the same.
    #expect(!result.errors.contains("A/louder") && result.outputText.contains("A/louder *"), "\(result.outputText)")
    let learned = try sluice(
      folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean --adversarial A B -o merged.json")
    #expect(learned.status == 0 && learned.outputText.contains("  louder  "), "\(learned.outputText)")
  }

  @Test("where the calibration has too few images for the budget, the release gate fails as the filter does")
  func gateWithoutDecision() throws {
    let folder = try CalibrateCommandTests.bench()
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    try folder.file(
      "noise.yaml",
      CalibrateCommandTests.filter.replacing("0.1", with: "0.02").replacing("json}", with: "json, rule: shared}"))
    let reason = "needs at least"
    let refused = try sluice(folder, "\"$SLUICE\" filter -f noise.yaml --format none clean/1.png")
    #expect(refused.status == 2 && refused.errors.contains(reason), "\(refused.errors)")
    let evaluate = "\"$SLUICE\" evaluate -f noise.yaml --clean clean --adversarial attacks"
    let gate = try sluice(folder, "\(evaluate) --at-most-passing 0")
    #expect(gate.status == 2 && gate.output.isEmpty && gate.errors.contains(reason), "\(gate.errors)")
    #expect(gate.errors.contains("the filter does not start with this calibration"), "\(gate.errors)")
    let said = try sluice(folder, evaluate)
    #expect(said.status == 0 && said.outputText.contains("The filter does not start with this calibration: "))
    // What passes is not known.
    let lines = said.outputText.split(separator: "\n")
    #expect(lines.contains { $0.contains("louder") && $0.hasSuffix("–") }, "\(said.outputText)")
  }

  @Test("images that either of two calibrations was made from are said")
  func calibratedOn() throws {
    let folder = try CalibrateCommandTests.bench()
    let calibrate = "\"$SLUICE\" calibrate -f noise.yaml --augment none"
    #expect(try sluice(folder, "\(calibrate) --clean clean/1*.png -o other.json").status == 0)
    #expect(try sluice(folder, "\(calibrate) --clean clean/2*.png").status == 0)
    func said(_ clean: String) throws -> String {
      try sluice(folder, "\"$SLUICE\" evaluate -f noise.yaml --clean \(clean) --against other.json").outputText
    }
    let (new, old) = ("of the clean images are of the calibration:", "are of the one that it is compared with:")
    let others = try said("clean/1*.png")
    #expect(others.contains("11 of the clean images \(old)") && !others.contains(new), "\(others)")
    let own = try said("clean/2*.png")
    #expect(own.contains("11 \(new)") && !own.contains(old), "\(own)")
    let neither = try said("clean/3*.png")
    #expect(!neither.contains(new) && !neither.contains(old), "\(neither)")
  }

  @Test("early exits that the calibration does not have for the filter's budget are said to be left out")
  func withoutExits() throws {
    let folder = try CalibrateCommandTests.bench()
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let evaluate = "\"$SLUICE\" evaluate -f noise.yaml --clean clean"
    #expect(try !sluice(folder, evaluate).outputText.contains("No early exit"))
    try folder.file("noise.yaml", CalibrateCommandTests.filter.replacing("json}", with: "json, earlyExit: {}}"))
    let said = try sluice(folder, evaluate)
    #expect(said.status == 0 && said.outputText.contains("the calibration tried no exits"), "\(said.errors)")
  }

  @Test("early exits that the filter refuses to start with are left out, with the reason that it gives")
  func refusedExits() throws {
    let folder = try CalibrateCommandTests.bench()
    func take(_ exits: String) throws {
      let filter = CalibrateCommandTests.filter.replacing("json}", with: "json, earlyExit: \(exits)}")
      try folder.file("noise.yaml", filter)
    }
    try take("{}")
    let made = try sluice(
      folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean --adversarial attacks")
    #expect(made.status == 0, "\(made.errors)")
    let evaluate = "\"$SLUICE\" evaluate -f noise.yaml --clean clean --against noise.calibration.json"
    #expect(try !sluice(folder, evaluate).outputText.contains("No early exit"))
    // Of twelve attacks no exit comes.
    let attacked = try sluice(folder, "\(evaluate) --adversarial attacks").outputText
    #expect(attacked.contains("early exits: none") && !attacked.contains("were chosen on"), "\(attacked)")
    // The budget stays as it is.
    try take("{lostDetections: 0.02}")
    let reason = "another limit or confidence"
    let refused = try sluice(folder, "\"$SLUICE\" filter -f noise.yaml --format none clean/1.png")
    #expect(refused.status == 2 && refused.errors.contains(reason), "\(refused.errors)")
    let said = try sluice(folder, evaluate).outputText
    #expect(said.contains("No early exit of the calibration is taken") && said.contains(reason), "\(said)")
    #expect(said.contains("No early exit of the one that it is compared with"), "\(said)")
  }

  @Test(
    "the classifier is asked about versions that only `forward` and `sanitize` name, and their cost is not the filter's",
    .enabled(if: Requirements.hasEngine, "needs the inference engine"))
  func forwardedVersions() throws {
    let folder = try TemporaryFolder()
    let detectors = "[{featureSqueezing: {name: depth, squeezers: [{bitDepth: 5}], distance: l1}}]"
    try folder.file(
      "signs.yaml",
      Filters.signs(
        detectors: detectors, classifier: ", labels: \"\(Repository.file("Samples/signs/labels.txt"))\"",
        rest: """
          forward: {squeezed: {median: 2}}
          sanitize: {median: 3}
          decision: {falsePositiveBudget: 0.1, calibration: signs.json}
          """))
    let clean = "--clean '\(Repository.file("Samples/signs/clean/test"))'"
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f signs.yaml --augment none \(clean)").status == 0)
    let result = try sluice(folder, "\"$SLUICE\" evaluate -f signs.yaml --no-baseline \(clean) --json all.json")
    #expect(result.status == 0, "\(result.errors)")
    let bytes = try Repository.bytes("\(folder.path)/all.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    #expect(all["versions"] as? [String] == ["original", "bitDepth 5", "median 2", "median 3"])
    #expect((all["judges"] as? [[String: Any]])?.map { $0["calls"] as? Int } == [1, 1])
    let answers = try #require((all["accuracy"] as? [String: Any])?["clean"] as? [String: Any])
    let versions = try #require(answers["versions"] as? [[String: Any]]).compactMap { $0["rate"] as? Double }
    // The classifier knows nearly every sign, and these versions change little of it.
    #expect(versions.count == 4 && versions.allSatisfy { $0 > 0.5 }, "\(versions)")
    let forwarded = (answers["rightAndForwarded"] as? [String: Any])?["rate"] as? Double
    #expect(forwarded.map { $0 > 0.5 } == true, "\(answers)")
  }

  @Test(
    "what goes on decides whether an attack is answered rightly, where a squeezed version is forwarded",
    .enabled(if: Requirements.hasEngine, "needs the inference engine"))
  func answersToWhatIsForwarded() throws {
    let folder = try TemporaryFolder()
    // One bit a channel leaves little of a sign.
    try folder.file(
      "signs.yaml",
      Filters.signs(
        detectors: "[{featureSqueezing: {name: depth, squeezers: [{bitDepth: 5}], distance: l1}}]",
        classifier: ", labels: \"\(Repository.file("Samples/signs/labels.txt"))\"",
        rest: """
          forward: {squeezed: {bitDepth: 1}}
          decision: {falsePositiveBudget: 0.1, calibration: signs.json}
          """))
    let (clean, shown) = (Repository.file("Samples/signs/clean/calibrate"), Repository.file("Samples/signs/clean/test"))
    let made = try sluice(
      folder, "\"$SLUICE\" calibrate -f signs.yaml --augment none --clean '\(clean)' --adversarial '\(shown)'")
    #expect(made.status == 0, "\(made.errors)")
    let evaluated = try sluice(
      folder, "\"$SLUICE\" evaluate -f signs.yaml --clean '\(clean)' --adversarial '\(shown)' --json all.json")
    #expect(evaluated.status == 0, "\(evaluated.errors)")
    let bytes = try Repository.bytes("\(folder.path)/all.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let place = try #require((all["versions"] as? [String])?.firstIndex(of: "bitDepth 1"))
    let answers = try #require((all["accuracy"] as? [String: Any])?["attacked"] as? [String: Any])
    let forwarded = try #require((answers["versions"] as? [[String: Any]])?[place])
    let (right, total) = (try #require(forwarded["count"] as? Int), try #require(forwarded["total"] as? Int))
    #expect(((answers["unfiltered"] as? [String: Any])?["count"] as? Int).map { $0 > right } == true, "\(answers)")
    // Few of them are not worth saying.
    let line =
      "To what the filter forwards (`bitDepth 1`) the classifier answers \(right) of \(total) adversarial images rightly"
    #expect(made.outputText.contains(line) == (4 * right >= total), "\(made.outputText)")
    #expect(!made.outputText.contains("another preparation of pictures"), "\(made.outputText)")
    let attack = try #require((all["attacks"] as? [[String: Any]])?.first?["passing"] as? [String: Any])
    #expect((attack["classifier"] as? [String: Any])?["count"] as? Int == total - right, "\(attack)")
  }

  @Test("an output that cannot be written takes no other with it", arguments: ["html", "json"])
  func unwritableOutput(kind: String) throws {
    let folder = try CalibrateCommandTests.bench()
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    // A folder lies where the file would.
    let paths = ["html", "json"].map { "--\($0) \($0 == kind ? "attacks" : "report")" }.joined(separator: " ")
    let result = try sluice(
      folder, "\"$SLUICE\" evaluate -f noise.yaml --clean clean --adversarial attacks/loud \(paths)")
    #expect(result.status == 2 && result.errors.contains("attacks: "), "\(result.errors)")
    #expect(result.outputText.contains("flagged at a false positive budget"))
    #expect(try !Repository.bytes("\(folder.path)/report").isEmpty)
  }

  @Test("an output whose folder is not there is refused before anything is judged", arguments: ["html", "json"])
  func missingFolder(kind: String) throws {
    let folder = try CalibrateCommandTests.bench()
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    // What is said of the damaged image comes while images are judged.
    try folder.file("clean/damaged.png", "no picture")
    let result = try sluice(folder, "\"$SLUICE\" evaluate -f noise.yaml --clean clean --\(kind) missing/report")
    #expect(result.status == 2 && result.errors.contains("there is no folder missing"), "\(result.errors)")
    #expect(result.errors.contains("with --\(kind)") && !result.errors.contains("left out") && result.output.isEmpty)
  }

  @Test("the page and JSON may be standard output, in place of the table, but not both")
  func standardOutput() throws {
    let folder = try CalibrateCommandTests.bench()
    let evaluate = "\"$SLUICE\" evaluate -f noise.yaml --clean clean"
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let page = try sluice(folder, "\(evaluate) --html - --json all.json")
    #expect(page.status == 0 && page.outputText.hasPrefix("<!"), "\(page.outputText.prefix(100))\(page.errors)")
    #expect(try !Repository.bytes("\(folder.path)/all.json").isEmpty)
    let json = try sluice(folder, "\(evaluate) --json -")
    #expect(json.verdicts.count == 1 && !json.outputText.contains("flagged at a false positive budget"))
    let both = try sluice(folder, "\(evaluate) --html - --json -")
    #expect(both.status == 2 && both.output.isEmpty && both.errors.contains("two things"), "\(both.errors)")
    #expect(!FileManager.default.fileExists(atPath: "\(folder.path)/-"))
  }

  @Test("clean images that the filter refuses for their file are false positives, and what cannot be judged is said")
  func refusedByFile() throws {
    let folder = try CalibrateCommandTests.bench()
    try folder.file(
      "noise.yaml",
      CalibrateCommandTests.filter.replacing(
        "  - stripeNoise: {}", with: "  - stripeNoise: {}\n  - fileFindings: {alpha: reject}"))
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    _ = try SluiceCommand.shell("cd '\(folder.path)' && mkdir test && cp clean/?.png test")
    for index in 0..<10 {
      let samples = (0..<32 * 32).flatMap { pixel -> [UInt8] in [UInt8(pixel % 200), 90, UInt8(index), 128] }
      try folder.file("test/alpha\(index).png", EncodedImages.png(samples, width: 32, height: 32, colourType: 6))
    }
    let evaluate =
      "\"$SLUICE\" evaluate -f noise.yaml --clean test --adversarial attacks --html page.html --json all.json"
    let result = try sluice(folder, evaluate)
    #expect(result.status == 0, "\(result.errors)")
    let bytes = try Repository.bytes("\(folder.path)/all.json")
    let all = try #require(JSONSerialization.jsonObject(with: Data(bytes)) as? [String: Any])
    let clean = try #require(all["clean"] as? [String: Any])
    let rates = try #require((clean["judges"] as? [[String: Any]])?.first?["flagged"] as? [Any])
    let own = try #require(rates.first as? [String: Any])
    #expect(counts(clean) == 20 && own["total"] as? Int == 20, "\(own)")
    #expect((own["count"] as? Int).map { $0 >= 10 } == true, "\(own)")
    // Of 60 images nothing can be said at the smallest budget, whatever was refused.
    #expect(rates.last is NSNull)
    #expect(!result.outputText.contains("could not be judged"))
    #expect(result.outputText.contains("10 clean images are refused for their file: "), "\(result.outputText)")
    let images = try #require(clean["images"] as? [[String: Any]])
    #expect(images.count { $0["refused"] as? Bool == true } == 10)
    try folder.file("test/damaged.png", "no picture")
    try folder.file("attacks/loud/damaged.png", "no picture")
    let damaged = try sluice(folder, evaluate)
    #expect(damaged.status == 1, "\(damaged.errors)")
    let note = "1 clean and 1 adversarial images could not be judged, and are in no share."
    let page = try String(decoding: Repository.bytes("\(folder.path)/page.html"), as: UTF8.self)
    #expect(damaged.outputText.contains(note) && page.contains(note), "\(damaged.outputText)")
  }

  @Test("a clean image that a fixed threshold flags is shown first, with what that detector says")
  func flaggedByFile() throws {
    let folder = try CalibrateCommandTests.bench()
    try folder.file(
      "noise.yaml",
      CalibrateCommandTests.filter.replacing("  - stripeNoise: {}", with: "  - stripeNoise: {}\n  - fileFindings: {}"))
    let plain = try CalibrateCommandTests.picture(0, strength: 3)
    try folder.file("clean/0.png", plain + Array("PK\u{3}\u{4} what else is in the file".utf8))
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    let result = try sluice(folder, "\"$SLUICE\" evaluate -f noise.yaml --clean clean --html page.html")
    #expect(result.status == 0, "\(result.errors)")
    let page = try String(decoding: Repository.bytes("\(folder.path)/page.html"), as: UTF8.self)
    let gallery = try #require(page.components(separatedBy: "Clean images under suspicion").last)
    let first = try #require(gallery.components(separatedBy: "</figure>").first)
    #expect(first.contains("<strong>0.png</strong>") && first.contains("<small>fileFindings: "), "\(first.suffix(300))")
  }

  @Test("stopped before its first image, it dies of the signal")
  func stopped() throws {
    let folder = try CalibrateCommandTests.bench()
    #expect(try sluice(folder, "\"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean").status == 0)
    // The reader waits for a picture that nobody writes.
    let result = try sluice(
      folder,
      "mkfifo pictures; sleep 60 > pictures & writer=$!; \"$SLUICE\" evaluate -f noise.yaml --clean - < pictures & "
        + "sleep 1; kill -TERM $!; wait $!; status=$?; kill $writer; exit $status")
    #expect(result.status == 143 && !result.errors.contains("no clean image"), "\(result.errors)")
  }
}

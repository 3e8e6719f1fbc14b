import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct AuditReplayTests {
  /// 32 bytes in base64.
  private static let key = ["SLUICE_AUDIT_ENCRYPTION_KEY": "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]
  private static let otherKey = ["SLUICE_AUDIT_ENCRYPTION_KEY": "/wECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="]

  /// The sample filter with another threshold.
  private func filter(_ bench: AuditBench, threshold: String) throws -> String {
    let text = String(decoding: try Repository.bytes(Filters.signs), as: UTF8.self)
      .replacing("0.000616", with: threshold)
      .replacing("../Samples", with: Repository.file("Samples"))
    return try bench.folder.file("threshold-\(threshold).yaml", text)
  }

  @Test("the same filter comes to the same verdicts and scores")
  func same() throws {
    let bench = try AuditBench()
    let kept = bench.count("adversarial") + 1
    let result = try bench.audit("replay", "-f", Filters.signs)
    #expect(result.status == 0, "\(result.outputText) \(result.errors)")
    let neverKept = bench.count("clean")
    #expect(
      result.outputText == """
        \(kept) images judged again, \(kept) with the same verdict and scores, 0 left out
        no image was kept of \(neverKept) more records

        """)
    let one = try bench.record(of: try #require(bench.flagged.first))
    let json = try #require(try bench.audit("replay", "-f", Filters.signs, "--json", one.reference).verdicts.first)
    #expect(json["record"] as? String == one.reference && json["same"] as? Bool == true)
    #expect(json["sameFilter"] as? Bool == true && json["replayed"] as? String == "adversarial")
  }

  @Test("another threshold: which flagged images would pass; clean images have no bytes and are left out")
  func comparison() throws {
    let bench = try AuditBench()
    let lax = try filter(bench, threshold: "5")
    let result = try bench.audit("replay", "-f", lax)
    let flagged = bench.count("adversarial")
    #expect(result.status == 1, "\(result.outputText) \(result.errors)")
    #expect(result.outputText.contains("\(flagged) of \(flagged) flagged images would pass"))
    #expect(result.outputText.contains("0 of 0 clean images would be flagged"))
    #expect(result.outputText.split(separator: "\n").filter { $0.contains("adversarial, now clean") }.count == flagged)
    // Clean images that are named have no bytes.
    let clean = try bench.record(of: try #require(bench.clean.first))
    let named = try bench.audit("replay", "-f", lax, clean.reference)
    #expect(named.status == 1 && named.outputText.contains("\(clean.reference) "))
    #expect(named.outputText.contains("left out: its bytes are not kept"))
    let none = try bench.audit("replay", "-f", lax, "--verdict", "clean")
    #expect(none.status == 2 && none.errors.contains("image is kept"))
  }

  @Test("a filter that is another one is said to be")
  func otherFilter() throws {
    let bench = try AuditBench()
    let kept = bench.count("adversarial") + 1
    // The same scores, another file.
    let changed = try filter(bench, threshold: "0.0006")
    let result = try bench.audit("replay", "-f", changed)
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.outputText.contains("\(kept) records are of a filter, calibration or model other than this one"))
    let picture = try bench.audit(
      "show", try bench.record(of: try #require(bench.flagged.first)).reference, "-f", changed, "--picture",
      "\(bench.path)/sheet.png")
    #expect(picture.status == 0 && picture.errors.contains("other than the record's"))
    let missing = try bench.audit("replay", "-f", "\(bench.path)/nowhere.yaml")
    #expect(missing.status == 2 && missing.errors.contains("nowhere.yaml"))
  }

  @Test("what was flagged before everything was asked is asked everything with --complete, and the lines say so")
  func complete() throws {
    let bench = try AuditBench()
    let filter = try bench.folder.file(
      "early.yaml",
      Filters.signs(
        detectors: """

            - featureSqueezing: {squeezers: [{bitDepth: 5}, {median: 2}], distance: l1, threshold: 0.000616}
            - auxiliaryModel: {name: second, model: second, threshold: 1}
          """, rest: "models: {second: {openvino: {model: \"\(Repository.file("Samples/signs/model.onnx"))\"}}}"))
    let log = "\(bench.path)/early"
    let run = try SluiceCommand.run(
      ["filter", "-f", filter, "--audit", log, "--format", "none", try #require(bench.flagged.first)])
    #expect(run.status == 1, "\(run.errors)")
    func replayed(_ more: [String]) throws -> (end: String?, asked: [String]) {
      let result = try SluiceCommand.run(["audit", "replay", "--audit", log, "-f", filter, "--json"] + more)
      #expect(result.status == 0, "\(result.outputText) \(result.errors)")
      let line = try #require(result.verdicts.first)
      #expect(line["same"] as? Bool == true && line["sameFilter"] as? Bool == true)
      return (line["end"] as? String, line["asked"] as? [String] ?? [])
    }
    let (asFar, whole) = (try replayed([]), try replayed(["--complete"]))
    #expect(asFar.end == "flagged-early" && asFar.asked.contains("classifier"))
    #expect(whole.end == "complete" && Set(whole.asked).isStrictSuperset(of: asFar.asked), "\(whole.asked)")
    #expect(whole.asked.contains { $0.contains("second") } && !asFar.asked.contains { $0.contains("second") })
  }

  @Test("what was deleted is left out, and the status says so")
  func pruned() throws {
    let bench = try AuditBench()
    let record = try bench.record(of: try #require(bench.flagged.first))
    #expect(try bench.audit("prune", "--older-than", "0s").status == 0)
    let result = try bench.audit("replay", "-f", Filters.signs, record.reference)
    #expect(result.status == 1 && result.outputText.contains("left out: its bytes are not kept"))
    #expect(result.outputText.contains("0 images judged again"))
  }

  @Test("what was deleted of a span of time is counted, and the status says so")
  func prunedOfQuery() throws {
    let bench = try AuditBench()
    let record = try bench.record(of: try #require(bench.flagged.first))
    #expect(try bench.audit("hold", record.reference).status == 0)
    #expect(try bench.audit("prune", "--older-than", "0s").status == 0)
    // All that was held back, but for the one that is held.
    let deleted = bench.count("adversarial") + bench.count("rejected") - 1
    let result = try bench.audit("replay", "-f", Filters.signs, "--since", "1h")
    #expect(result.status == 1, "\(result.errors)")
    #expect(
      result.outputText == """
        1 image judged again, 1 with the same verdict and scores, \(deleted) left out
        \(deleted) of those left out have been deleted since
        no image was kept of \(bench.count("clean")) more records

        """)
    let lines = try bench.audit("replay", "-f", Filters.signs, "--since", "1h", "--json")
    #expect(lines.status == 1 && lines.errors.contains("no image was kept of \(bench.count("clean")) more"))
    #expect(lines.verdicts.count == deleted + 1 && lines.verdicts.filter { $0["leftOut"] != nil }.count == deleted)
    // With the last one everything is gone that was ever kept.
    #expect(try bench.audit("hold", record.reference, "--release").status == 0)
    #expect(try bench.audit("prune", "--older-than", "0s").status == 0)
    let none = try bench.audit("replay", "-f", Filters.signs)
    #expect(none.status == 1 && none.outputText.contains("0 images judged again"), "\(none.errors)")
  }

  // MARK: Holding and deleting

  @Test("held images stay, the others go, and the log still holds")
  func holdAndPrune() throws {
    let bench = try AuditBench()
    let (held, other) = (try bench.record(of: bench.flagged[0]), try bench.record(of: bench.flagged[1]))
    let kept = bench.count("adversarial") + 1
    let hold = try bench.audit("hold", held.reference, "--note", "case 2026-117")
    #expect(hold.status == 0 && hold.errors.contains(held.sha256) && hold.errors.contains("held"))
    let clean = try bench.audit("hold", try bench.record(of: bench.clean[0]).reference)
    #expect(clean.status == 2 && clean.errors.contains("not kept"))

    let dry = try bench.audit("prune", "--older-than", "0s", "--dry-run")
    #expect(dry.status == 0 && dry.outputText.contains("\(kept - 1) images of ") && dry.outputText.contains("would be"))
    #expect(try bench.record(of: bench.flagged[1]).isStored)
    #expect(try bench.audit("prune", "--older-than", "1h").outputText.hasPrefix("0 images"))
    #expect(try bench.audit("prune", "--to-size", "1GB").outputText.hasPrefix("0 images"))

    let pruned = try bench.audit("prune", "--to-size", "0B")
    #expect(pruned.status == 0 && pruned.outputText.hasPrefix("\(kept - 1) images of "))
    #expect(try bench.record(of: bench.flagged[0]).isStored && !bench.record(of: bench.flagged[1]).isStored)
    #expect(try bench.audit("show", held.reference).outputText.contains("yes, held"))
    #expect(try bench.audit("show", other.reference).outputText.contains("not any more"))
    let gone = try bench.audit("show", other.reference, "--image", "\(bench.path)/gone.png")
    #expect(gone.status == 2 && gone.errors.contains("is not kept") && !bench.exists("gone.png"))
    let verified = try bench.audit("verify")
    #expect(verified.status == 0 && verified.outputText.contains(", 1 kept image\n"), "\(verified.outputText)")

    #expect(try bench.audit("hold", held.reference, "--release").status == 0)
    #expect(try bench.audit("prune", "--older-than", "0s").outputText.hasPrefix("1 image of "))
    let files = try SluiceCommand.shell("find '\(bench.log)/quarantine' -type f | wc -l")
    #expect(try files.outputText.contains("0") && bench.audit("verify").status == 0)
  }

  // MARK: Encryption

  @Test("with a key, kept bytes are not the sender's; without it, that is the reason")
  func encryption() throws {
    let bench = try AuditBench(environment: Self.key)
    let source = try #require(bench.flagged.first)
    let record = try bench.record(of: source)
    let file = "\(bench.log)/quarantine/\(record.sha256.prefix(2))/\(record.sha256)"
    let (image, kept) = (try Repository.bytes(source), try Repository.bytes(file))
    #expect(kept.count > image.count && !Data(kept).contains(Data(image[..<16])))

    #expect(try bench.audit("replay", "-f", Filters.signs, environment: Self.key).status == 0)
    let out = "\(bench.path)/out.png"
    #expect(try bench.audit("show", record.reference, "--image", out, environment: Self.key).status == 0)
    #expect(try Repository.bytes(out) == image)
    #expect(try bench.audit("verify", environment: Self.key).status == 0)
    let keyFile = try bench.folder.file("key", "\(Self.key["SLUICE_AUDIT_ENCRYPTION_KEY"] ?? "")\n")
    #expect(try bench.audit("verify", "--encryption-key-file", keyFile).status == 0)

    let without = try bench.audit("replay", "-f", Filters.signs)
    #expect(without.status == 1 && without.outputText.contains("encrypted; give the key"), "\(without.outputText)")
    let other = try bench.audit("show", record.reference, "--image", out, environment: Self.otherKey)
    #expect(other.status == 2 && other.errors.contains("another key"), "\(other.errors)")
    let verified = try bench.audit("verify")
    #expect(verified.status == 2 && verified.outputText.isEmpty, "\(verified.outputText)")
    #expect(verified.errors.contains("kept images are encrypted; name their key with --encryption-key-file"))
    #expect(try bench.audit("verify", "--skip-images").status == 0)
    let bad = try bench.audit("list", environment: ["SLUICE_AUDIT_ENCRYPTION_KEY": "secret-word"])
    #expect(bad.status == 2 && bad.errors.contains("SLUICE_AUDIT_ENCRYPTION_KEY holds no key of 32 bytes"))
    #expect(!bad.errors.contains("secret-word") && !bad.errors.contains("make one"), "\(bad.errors)")
    let recording = try bench.filter([], environment: ["SLUICE_AUDIT_ENCRYPTION_KEY": "secret-word"])
    #expect(recording.status == 2 && recording.errors.contains("make one"), "\(recording.errors)")
  }
}

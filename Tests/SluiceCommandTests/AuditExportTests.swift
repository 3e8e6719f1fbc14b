import Foundation
import TestSupport
import Testing

@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct AuditExportTests {
  private let bench: AuditBench

  init() throws { bench = try AuditBench() }

  /// Records an attack under a name that tries to get out of the formats.
  private func addHostile() throws {
    try bench.folder.file(AuditBench.hostileName, Repository.bytes(try #require(bench.flagged.first)))
    #expect(try bench.filter([AuditBench.hostileName]).status == 1)
  }

  private func export(_ arguments: String...) throws -> String {
    let result = try SluiceCommand.run(["audit", "export", "--audit", bench.log] + arguments)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    return result.outputText
  }

  // MARK: Formats

  @Test("ndjson is what list gives, the oldest first")
  func ndjson() throws {
    let listed = try SluiceCommand.run(["audit", "list", "--audit", bench.log, "--ndjson", "--oldest-first"])
    #expect(try export() == listed.outputText)
    let file = "\(bench.path)/records.ndjson"
    #expect(try export("-o", file).isEmpty && Repository.bytes(file) == listed.output)
    #expect(try export("--verdict", "rejected").split(separator: "\n").count == 1)
    #expect(try export("--client", "nobody").isEmpty)
  }

  @Test("a name from outside stays one cell of text in CSV")
  func csv() throws {
    try addHostile()
    let text = try export("--format", "csv")
    #expect(text.hasPrefix("reference,time,verdict,action,client,source,"))
    let rows = Self.rows(text)
    #expect(rows.count == bench.verdicts.count + 2 && rows.allSatisfy { $0.count == rows[0].count }, "\(rows.count)")
    let source = try #require(rows[0].firstIndex(of: "source"))
    // The path begins with a slash, so nothing had to be put before it.
    let visible = AuditBench.hostileName.replacing("\n", with: "␊")
    #expect(rows.last?[source] == "\(bench.path)/\(visible)")
    let verdict = try #require(rows[0].firstIndex(of: "verdict"))
    #expect(rows.filter { $0[verdict] == "adversarial" }.count == bench.count("adversarial") + 1)
  }

  @Test("a cell that a spreadsheet would calculate is text")
  func formulas() throws {
    let script = """
      cd '\(bench.path)' && cp attack-0.png '=1+1,"x' && cp attack-0.png ./@x && cp attack-0.png -- -x
      "$SLUICE" filter -f '\(Filters.signs)' --audit audit --format none '=1+1,"x' @x -- -x
      """
    #expect(try SluiceCommand.shell(script).status == 1)
    let rows = Self.rows(try export("--format", "csv"))
    let source = try #require(rows[0].firstIndex(of: "source"))
    #expect(Set(rows.suffix(3).map { $0[source] }) == ["'=1+1,\"x", "'@x", "'-x"])
  }

  /// Reads CSV as RFC 4180 has it.
  private static func rows(_ text: String) -> [[String]] {
    var (rows, row, cell, isQuoted) = ([[String]](), [String](), "", false)
    var rest = Array(text.unicodeScalars)[...]
    while let scalar = rest.popFirst() {
      switch scalar {
      case "\"" where isQuoted && rest.first == "\"":
        cell.unicodeScalars.append(scalar)
        rest.removeFirst()
      case "\"": isQuoted.toggle()
      case "," where !isQuoted:
        row.append(cell)
        cell = ""
      case "\n" where !isQuoted:
        rows.append(row + [cell])
        (row, cell) = ([], "")
      default: cell.unicodeScalars.append(scalar)
      }
    }
    return rows
  }

  @Test("each record is one event of CEF, whatever it is called")
  func cef() throws {
    try addHostile()
    let lines = try export("--format", "cef").split(separator: "\n")
    #expect(lines.count == bench.verdicts.count + 1 && lines.allSatisfy { $0.hasPrefix("CEF:0|Sluice|sluice|") })
    let last = try #require(lines.last)
    #expect(last.contains("|adversarial|Image adversarial|8|rt="))
    #expect(last.contains("\\=1+1,\"x |y\\\\z.png fsize="), "\(last)")
    #expect(last.contains("cs2Label=detectors cs2=squeezing-probabilities"))
    #expect(lines.contains { $0.contains("|rejected|Image rejected|4|") && $0.contains("reason=truncated-image") })
  }

  @Test("OCSF has what a Detection Finding needs")
  func ocsf() throws {
    try addHostile()
    let findings = SluiceCommand.Result.verdicts(in: try export("--format", "ocsf"))
    #expect(findings.count == bench.verdicts.count + 1)
    for finding in findings {
      #expect(finding["class_uid"] as? Int == 2004 && finding["type_uid"] as? Int == 200_401)
      #expect(finding["category_uid"] as? Int == 2 && finding["activity_id"] as? Int == 1)
      #expect(finding["time"] is Int && finding["severity_id"] is Int && finding["metadata"] is [String: Any])
      #expect((finding["finding_info"] as? [String: Any])?["uid"] is String)
    }
    let last = try #require(findings.last)
    #expect(last["severity"] as? String == "High" && last["action"] as? String == "Denied")
    #expect((last["message"] as? String)?.contains("squeezing-probabilities") == true)
    let evidence = try #require((last["evidences"] as? [[String: Any]])?.first)
    let file = try #require(evidence["file"] as? [String: Any])
    #expect(file["name"] as? String == "\(bench.path)/\(AuditBench.hostileName)")
    let hash = try #require((file["hashes"] as? [[String: Any]])?.first)
    #expect(hash["value"] as? String == (try bench.record(of: bench.flagged[0])).sha256)
    #expect(findings.contains { $0["action"] as? String == "Allowed" && $0["severity"] as? String == "Informational" })
  }

  @Test("an export that cannot begin leaves older ones as they are", arguments: ["csv", "ndjson"])
  func cannotBegin(format: String) throws {
    let kept = try bench.folder.file("kept", "what an earlier export wrote")
    let refused = try bench.audit("export", "--format", format, "-o", kept, "--images", "\(bench.path)/none/images.tar")
    #expect(refused.status == 2 && refused.errors.contains("none/images.tar"), "\(refused.errors)")
    #expect(try Repository.bytes(kept) == Array("what an earlier export wrote".utf8))
    let replaced = try bench.audit("export", "--format", format, "-o", kept, "--client", "nobody")
    #expect(replaced.status == 0, "\(replaced.errors)")
    #expect(try Repository.bytes(kept) == Array(export("--format", format, "--client", "nobody").utf8))
  }

  // MARK: Images

  @Test("the archive holds each kept image once, named by its digest")
  func images() throws {
    try addHostile()
    let tar = "\(bench.path)/flagged.tar"
    let records = try export("--verdict", "adversarial", "--images", tar).split(separator: "\n")
    #expect(records.count == bench.count("adversarial") + 1)
    let sums = try SluiceCommand.shell(
      "cd '\(bench.path)' && mkdir members && tar xf flagged.tar -C members && cd members && sha256sum *")
    let lines = sums.outputText.split(separator: "\n")
    #expect(sums.status == 0 && lines.count == bench.count("adversarial"))
    for line in lines {
      let words = line.split(separator: " ")
      #expect(words[1] == "\(words[0]).png")
    }
    let all = try bench.audit("export", "-o", "\(bench.path)/all.ndjson", "--images", tar)
    #expect(all.status == 1 && all.errors.contains("the images of \(bench.count("clean")) records are not kept"))
    let beside = "\(bench.path)/piped.ndjson"
    let piped = try bench.audit("export", "-o", beside, "--images", "-")
    #expect(try piped.output == Repository.bytes(tar) && !Repository.bytes(beside).isEmpty)
    let both = try bench.audit("export", "--images", "-")
    #expect(both.status == 2 && both.errors.contains("both standard output"), "\(both.errors)")
    let same = try bench.audit("export", "-o", tar, "--images", tar)
    #expect(same.status == 2 && same.errors.contains("two things"))
  }

  // MARK: Reviews

  @Test("a review appears wherever the image does; the last one holds")
  func reviews() throws {
    let record = try bench.record(of: bench.flagged[0])
    let other = try bench.record(of: bench.flagged[1])
    let confirmed = try bench.audit(
      "review", record.reference, other.reference, "--confirm", "--attack", "pgd", "--class", "3", "--note",
      "noise, \"everywhere\"", "--reviewer", "ada")
    #expect(confirmed.status == 0 && confirmed.output.isEmpty)
    #expect(confirmed.errors.contains("\(record.reference) confirmed, recorded as "))
    let listed = try bench.records("--review", "confirmed")
    #expect(Set(listed.map(\.reference)) == [record.reference, other.reference])
    let review = try #require(listed.first?.review)
    #expect(review["label"] as? String == "adversarial" && review["attack"] as? String == "pgd")
    #expect(review["class"] as? Int == 3 && review["reviewer"] as? String == "ada")
    #expect(try bench.audit("show", record.reference).outputText.contains("confirmed by ada"))
    #expect(try bench.audit("list").outputText.contains("confirmed"))
    #expect(
      try export("--review", "confirmed", "--format", "csv").contains("confirmed,ada,\"noise, \"\"everywhere\"\"\""))

    #expect(try bench.audit("review", String(record.sha256.prefix(10)), "--clear").status == 0)
    #expect(try bench.records("--review", "cleared").map(\.reference) == [record.reference])
    #expect(try bench.records("--review", "confirmed").map(\.reference) == [other.reference])
    #expect(try bench.records("--review", "unreviewed").count == bench.verdicts.count - 2)
    #expect(try bench.audit("verify").status == 0)
  }

  @Test("a record of a review is listed with what it said, one of a verdict with what was said last")
  func listedReviews() throws {
    let record = try bench.record(of: bench.flagged[0])
    for word in ["--confirm", "--clear"] { #expect(try bench.audit("review", record.reference, word).status == 0) }
    for release in [[], ["--release"]] {
      let arguments = ["audit", "hold", "--audit", bench.log, record.reference] + release
      #expect(try SluiceCommand.run(arguments).status == 0)
    }
    #expect(try words("review") == ["confirmed", "cleared"])
    #expect(try words("hold") == ["held", "released"])
    #expect(try words("verdict") == ["cleared"])
  }

  /// What the listed records of a kind say of reviews, the oldest first.
  private func words(_ kind: String) throws -> [String] {
    let text = try bench.audit("list", "--kind", kind, "--oldest-first").outputText
    let words = ["confirmed", "cleared", "held", "released"]
    return text.split(separator: "\n").flatMap { $0.split(separator: " ").map(String.init).filter(words.contains) }
  }

  @Test(
    "nothing is written over a file of the log, or among its images, however the path is spelled",
    arguments: [
      "audit/audit.sqlite", "audit/../audit/audit.sqlite", "link", "audit/audit.sqlite-wal", "audit/signing.key",
      "audit/signing.pub", "audit/pages.token", "audit/quarantine/more", "audit/quarantine/ab/more",
    ])
  func logAsOutput(place: String) throws {
    _ = try SluiceCommand.shell("cd '\(bench.path)' && ln -s audit/audit.sqlite link && mkdir -p audit/quarantine/ab")
    func contents() throws -> String {
      let find = "find audit -type f ! -name '*-shm' ! -name '*-wal' -exec sha256sum {} + | sort"
      return try SluiceCommand.shell("cd '\(bench.path)' && \(find)").outputText
    }
    let before = try contents()
    let record = try bench.record(of: bench.flagged[0]).reference
    for arguments in [
      ["export", "-o", place], ["export", "--images", place], ["checkpoint", "-o", place],
      ["show", record, "--image", place], ["show", record, "--picture", place, "-f", Filters.signs],
    ] {
      let words = arguments.map { "'\($0)'" }.joined(separator: " ")
      let result = try SluiceCommand.shell("cd '\(bench.path)' && \"$SLUICE\" audit \(words) --audit audit")
      #expect(result.status == 2 && result.errors.contains("\(place) is used for two things"), "\(result.errors)")
    }
    #expect(try contents() == before)
  }

  @Test("a signing key that lies elsewhere is not written over")
  func signingKeyAsOutput() throws {
    let key = "\(bench.path)/elsewhere.key"
    #expect(try bench.audit("checkpoint", "--signing-key", key).status == 0)
    let before = try Repository.bytes(key)
    let result = try bench.audit("checkpoint", "--signing-key", key, "-o", key)
    #expect(result.status == 2 && result.errors.contains("used for two things"), "\(result.errors)")
    #expect(try Repository.bytes(key) == before)
  }

  @Test("what was confirmed and cleared makes a set for training")
  func trainingSet() throws {
    let (confirmed, cleared) = (try bench.record(of: bench.flagged[0]), try bench.record(of: bench.flagged[1]))
    #expect(try bench.audit("review", confirmed.reference, "--confirm", "--class", "3", "--attack", "pgd").status == 0)
    #expect(try bench.audit("review", cleared.reference, "--clear").status == 0)
    let out = "\(bench.path)/out"
    let result = try SluiceCommand.run(["export", "--adversarial-training", out, "--from-audit", bench.log])
    #expect(result.status == 0, "\(result.errors)")
    let compared = try SluiceCommand.shell(
      """
      cmp '\(bench.flagged[0])' '\(out)'/images/adversarial/3/*.png && cmp '\(bench.flagged[1])' '\(out)'/images/clean/unknown/*.png
      """)
    #expect(compared.status == 0, "\(compared.errors)\(compared.outputText)")
    // An image whose bytes are gone is left out and named.
    #expect(try bench.audit("hold", confirmed.reference).status == 0)
    #expect(try bench.audit("prune", "--older-than", "0s").status == 0)
    let less = try SluiceCommand.run(["export", "--adversarial-training", "\(out)-2", "--from-audit", bench.log])
    #expect(less.status == 1 && less.errors.contains(cleared.sha256), "\(less.errors)")
  }

  @Test("an audit log without reviews, and a folder that is none, are said to be")
  func noReviews() throws {
    let empty = try SluiceCommand.run(
      ["export", "--adversarial-training", "\(bench.path)/out", "--from-audit", bench.log])
    #expect(empty.status == 2 && empty.errors.contains("holds no review"))
    let none = try SluiceCommand.run(
      ["export", "--adversarial-training", "\(bench.path)/out", "--from-audit", bench.path])
    #expect(none.status == 2)
    #expect(none.errors.contains("there is no audit log in \(bench.path)"))
    // These commands have options of their own.
    #expect(none.errors.contains("name the folder of a log, or a file of reviews, with --from-audit"))
  }

  @Test("reviewed images go into a calibration")
  func calibration() throws {
    try NoisePictures.writeSmallCalibration(in: bench.folder)
    let references = try bench.flagged.map { try bench.record(of: $0).reference }
    #expect(try bench.audit("review", references[0], "--clear").status == 0)
    for reference in references.dropFirst() {
      #expect(try bench.audit("review", reference, "--confirm", "--attack", "pgd").status == 0)
    }
    let result = try SluiceCommand.shell(
      "cd '\(bench.path)' && \"$SLUICE\" calibrate -f noise.yaml --augment none --clean clean --from-audit audit")
    #expect(result.status == 0, "\(result.errors)")
    #expect(result.outputText.contains("21 clean scores") && result.outputText.contains("pgd"))
    #expect(result.outputText.contains("of \(references.count - 1)"), "\(result.outputText)")
  }
}

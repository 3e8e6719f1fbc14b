import Foundation
import ImageCodecs
import TestSupport
import Testing

@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct AuditCommandTests {
  private let bench: AuditBench

  init() throws { bench = try AuditBench() }

  // MARK: Recording

  @Test("every input has one record, and what it says is what the filter said")
  func conservation() throws {
    let records = try bench.records("--oldest-first")
    #expect(records.count == bench.verdicts.count)
    let said = Dictionary(grouping: records) { $0.source ?? "" }
    for verdict in bench.verdicts {
      let record = try #require(said[verdict["source"] as? String ?? ""]?.first)
      #expect(record.verdict == verdict["verdict"] as? String && record.sha256 == verdict["sha256"] as? String)
      #expect(record.said["action"] as? String == verdict["action"] as? String)
      // Bytes are kept of what was held back, of nothing else.
      #expect(record.isStored == (record.verdict != "clean"))
    }
    let again = try bench.filter(["clean-0.png"])
    #expect(again.status == 0 && again.verdicts.count == 1)
    #expect(try bench.records().count == bench.verdicts.count + 1)
  }

  @Test("a log that cannot be written forwards nothing", arguments: ["touch", "mkdir -p $F/audit.sqlite; true"])
  func unusableFolder(preparation: String) throws {
    let place = "\(bench.path)/unusable"
    _ = try SluiceCommand.shell("F='\(place)'; \(preparation) '\(place)'")
    let result = try SluiceCommand.run(
      ["filter", "-f", Filters.signs, "--audit", place, "\(bench.path)/clean-0.png", "\(bench.path)/attack-0.png"])
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.errors.contains("unusable"), "\(result.errors)")
  }

  @Test(
    "a run whose log stops taking records stops as well, and forwards nothing unrecorded",
    .enabled(if: AuditBench.hasPythonSQLite, "needs python3 with sqlite3"))
  func logThatStops() throws {
    let before = try bench.records().count
    // That a run begins is recorded, and no verdict beyond those that are there, behind the record that their own run began.
    try bench.change(
      "ALTER TABLE audit_record ADD COLUMN full INTEGER CHECK (verdict IS NULL OR sequence <= \(before + 1));")
    let result = try SluiceCommand.run(
      ["filter", "-f", Filters.signs, "--audit", bench.log, "\(bench.path)/clean-0.png", "\(bench.path)/clean-1.png"])
    #expect(result.status == 2 && result.output.isEmpty, "\(result.errors)")
    #expect(result.errors.contains("CHECK constraint failed"), "\(result.errors)")
    #expect(try bench.records().count == before)
  }

  @Test(
    "a log whose database does something by itself takes no record, and verification names it",
    .enabled(if: AuditBench.hasPythonSQLite, "needs python3 with sqlite3"))
  func trigger() throws {
    try bench.change("CREATE TRIGGER planted BEFORE INSERT ON audit_record BEGIN SELECT RAISE(IGNORE); END;")
    let result = try bench.filter(["clean-0.png"])
    #expect(
      result.status == 2 && result.output.isEmpty && result.errors.contains("trigger planted"), "\(result.errors)")
    let verification = try bench.audit("verify")
    #expect(
      verification.status == 1 && verification.outputText.contains("trigger planted"), "\(verification.outputText)")
  }

  @Test("a named folder is read and written to, whatever shared database the environment names")
  func namedFolder() throws {
    let environment = [
      "SLUICE_AUDIT_DATABASE": "postgresql://127.0.0.1:1/none?connect_timeout=2", "SLUICE_AUDIT": bench.log,
    ]
    #expect(try bench.audit("list", environment: environment).status == 0)
    #expect(try SluiceCommand.run(["audit", "list"], environment: environment).status == 2, "nobody named a folder")
    let keysAlone = try SluiceCommand.run(["audit", "list", "--audit", "\(bench.path)/keys"], environment: environment)
    #expect(keysAlone.status == 2 && !keysAlone.errors.contains("there is no audit log"))
    let before = try bench.records().count
    #expect(try bench.filter(["clean-0.png"], environment: environment).status == 0)
    #expect(try bench.records().count == before + 1)
    let verification = try bench.audit("verify", environment: environment)
    #expect(verification.status == 0, "\(verification.outputText)")
    let fresh = try bench.filter("clean-0.png", to: "fresh", environment: environment)
    #expect(fresh.status == 0 && bench.exists("fresh/audit.sqlite"), "\(fresh.errors)")
  }

  @Test("a run records in a shared database where an option names it, and nothing is answered that it does not take")
  func namedDatabase() throws {
    let database = ["--audit-database", "postgresql://127.0.0.1:1/none?connect_timeout=2"]
    let run = try bench.filter("clean-0.png", to: "keys", database)
    #expect(run.status == 2 && run.output.isEmpty && !bench.exists("keys/audit.sqlite"), "\(run.errors)")
    let alone = try SluiceCommand.run(["filter", "-f", Filters.signs] + database + ["\(bench.path)/clean-0.png"])
    #expect(alone.status == 2 && alone.errors.contains("--audit-database needs --audit"), "\(alone.errors)")
  }

  @Test(
    "what a run records in a shared database is read there",
    .enabled(if: PostgreSQLServer.isInstalled, "needs PostgreSQL"))
  func sharedDatabase() throws {
    let database = try #require(PostgreSQLServer.shared).freshDatabase()
    let run = try bench.filter("clean-0.png", to: "keys", ["--audit-database", database])
    #expect(run.status == 0 && !bench.exists("keys/audit.sqlite"), "\(run.errors)")
    let keys = ["--audit", "\(bench.path)/keys", "--database", database]
    let verification = try SluiceCommand.run(["audit", "verify"] + keys)
    #expect(verification.status == 0 && verification.outputText.contains("2 records"), "\(verification.outputText)")
  }

  @Test("beside a shared database, a folder is needed for its keys alone")
  func noFolder() throws {
    let database = ["--database", "postgresql://127.0.0.1:1/none?connect_timeout=2"]
    let environment = ["HOME": ".", "XDG_STATE_HOME": "", "STATE_DIRECTORY": "", "SLUICE_AUDIT": ""]
    func asksForFolder(_ arguments: [String]) throws -> Bool {
      let result = try SluiceCommand.run(["audit"] + arguments, environment: environment)
      #expect(result.status == 2 && result.output.isEmpty, "\(arguments)")
      return result.errors.contains("there is no usual folder for an audit log")
    }
    for arguments in [["list"], ["stats"], ["hold", "x/1"], ["verify", "--key-file", "\(bench.path)/clean-0.png"]] {
      #expect(try !asksForFolder(arguments + database), "\(arguments)")
      #expect(try asksForFolder(arguments), "\(arguments)")
    }
    for arguments in [["verify"], ["checkpoint"]] { #expect(try asksForFolder(arguments + database), "\(arguments)") }
  }

  @Test("a folder without a log is said to have none", arguments: ["list", "stats", "export", "verify", "checkpoint"])
  func noLog(subcommand: String) throws {
    let result = try SluiceCommand.run(["audit", subcommand, "--audit", "\(bench.path)/nowhere"])
    #expect(result.status == 2 && result.output.isEmpty)
    #expect(result.errors.contains("there is no audit log in \(bench.path)/nowhere"))
    #expect(result.errors.contains("--audit") && !bench.exists("nowhere"))
  }

  // MARK: list

  @Test("the table has a line for each record, the newest first")
  func table() throws {
    let result = try bench.audit("list")
    let lines = result.outputText.split(separator: "\n")
    #expect(result.status == 0 && lines.count == bench.verdicts.count + 1)
    for column in ["RECORD", "TIME (UTC)", "VERDICT", "DETECTORS", "SOURCE"] { #expect(lines[0].contains(column)) }
    #expect(result.outputText.contains("squeezing-probabilities") && !result.outputText.contains("\u{1B}"))
    let times = try bench.records().compactMap { $0.said["time"] as? String }
    #expect(times == times.sorted(by: >))
    #expect(try bench.records("--oldest-first").map(\.reference) == bench.records().map(\.reference).reversed())
  }

  @Test("columns are as wide as what they hold, in characters, and no line ends in blanks")
  func alignedTable() throws {
    let names = ["a b.png", "e\u{301}e\u{301}.png", "写真.png", "end  ", "\u{1F1E9}\u{1F1EA}", " \u{308}"]
    for name in names { try bench.folder.file(name, Repository.bytes("\(bench.path)/clean-0.png")) }
    // From its folder: whole paths are longer than a cell.
    let quoted = names.map { "'\($0)'" }.joined(separator: " ")
    let judged = try SluiceCommand.shell(
      "cd '\(bench.path)' && \"$SLUICE\" filter -f '\(Filters.signs)' --audit audit --format none \(quoted)")
    #expect(judged.verdicts.count == names.count, "\(judged.errors)")
    for limit in ["1", "3", "100"] {
      let result = try bench.audit("list", "--limit", limit)
      let lines = result.outputText.split(separator: "\n").map { Array($0) }
      #expect(result.status == 0 && lines.count == min(Int(limit) ?? 0, bench.verdicts.count + names.count) + 1)
      let starts = Self.columns(of: lines)
      let cells = lines.map { line in
        zip(starts, starts.dropFirst() + [.max]).map { start, end in
          Self.withoutBlanks(String(line.dropFirst(start).prefix(end - start)))
        }
      }
      #expect(cells[0].first == "RECORD" && cells[0].last == "SOURCE")
      #expect(lines.map { String($0) } == Self.table(cells))
      if limit == "100" {
        #expect(Set(cells.compactMap(\.last)).isSuperset(of: names.map(Self.withoutBlanks)))
      }
    }
  }

  /// Where columns begin: what is not blank in the heading after two blanks.
  private static func columns(of lines: [[Character]]) -> [Int] {
    lines[0].indices.filter { place in
      lines[0][place] != " " && (place == 0 || lines[0][..<place].suffix(2).allSatisfy { $0 == " " })
    }
  }

  /// The table as its definition says it.
  private static func table(_ cells: [[String]]) -> [String] {
    let widths = cells[0].indices.map { column in cells.map { $0[column].count }.max() ?? 0 }
    return cells.map { row in
      let aligned = zip(row, widths).map { $0 + String(repeating: " ", count: $1 - $0.count) }.joined(separator: "  ")
      return withoutBlanks(aligned)
    }
  }

  private static func withoutBlanks(_ line: String) -> String {
    String(line.reversed().drop { $0 == " " }.reversed())
  }

  @Test("filters choose records")
  func filters() throws {
    #expect(try bench.records("--verdict", "adversarial").count == bench.count("adversarial"))
    #expect(
      try bench.records("--verdict", "clean", "--verdict", "rejected").count == bench.count("clean") + 1)
    #expect(
      try bench.records("--detector", "squeezing-probabilities").map(\.verdict).allSatisfy { $0 == "adversarial" })
    #expect(try bench.records("--detector", "squeezing-probabilities").count == bench.count("adversarial"))
    #expect(try bench.records("--detector", "mirror").isEmpty)
    #expect(try bench.records("--source", "CLEAN-").count == 6)
    #expect(try bench.records("--source", "clean_").isEmpty && bench.records("--source", "%").isEmpty)
    #expect(try bench.records("--client", "10.0.0.7").isEmpty)
    #expect(try bench.records("--since", "1h").count == bench.verdicts.count)
    #expect(try bench.records("--until", "1h").isEmpty && bench.records("--since", "2100-01-01").isEmpty)
    #expect(try bench.records("--until", "2100-01-01T12:30").count == bench.verdicts.count)
    let one = try bench.record(of: "attack-0.png")
    #expect(try bench.records("--digest", one.sha256).map(\.reference) == [one.reference])
    #expect(try bench.records("--digest", String(one.sha256.prefix(5)).uppercased()).first?.sha256 == one.sha256)
    #expect(try bench.records("--review", "unreviewed").count == bench.verdicts.count)
    #expect(try bench.records("--review", "confirmed").isEmpty)
    #expect(try bench.records("--limit", "3").count == 3)
    #expect(try bench.records("--limit", "1", "--oldest-first").first?.reference == bench.records().last?.reference)
  }

  @Test("a list that is not all of it says so")
  func cutOff() throws {
    let count = bench.verdicts.count
    for form in [[], ["--ndjson"]] {
      func list(_ options: String...) throws -> SluiceCommand.Result {
        try SluiceCommand.run(["audit", "list", "--audit", bench.log] + form + options)
      }
      let cut = try list("--limit", "\(count - 1)")
      #expect(cut.status == 0 && cut.errors.contains("the newest \(count - 1); there are more"), "\(cut.errors)")
      let lines = cut.outputText.split(separator: "\n").count
      #expect(lines == count - (form.isEmpty ? 0 : 1))
      #expect(try list("--limit", "2", "--oldest-first").errors.contains("the oldest 2; there are more"))
      #expect(try list("--limit", "\(count)").errors.isEmpty)
      #expect(try list("--limit", "\(Int.max)").errors.isEmpty)
    }
  }

  @Test("no record is no error")
  func empty() throws {
    let result = try bench.audit("list", "--client", "nobody")
    #expect(result.status == 0 && result.output.isEmpty && result.errors.contains("no such record"))
  }

  @Test(
    "what cannot be meant is refused",
    arguments: [
      (["list", "--limit", "0"], "--limit"), (["list", "--since", "yesterday"], "2026-11-24"),
      (["list", "--until", "24"], "2026-11-24"), (["list", "--kind", "image"], "opened"),
      (["list", "--verdict", "flagged"], "adversarial"),
      (["list", "--review", "done"], "unreviewed"), (["list", "--digest", "xyz"], "hexadecimal"),
      (["list", "--since", "2026-02-30"], "--since"), (["show", "nope"], "no record `nope`"),
      (["show", "other:1"], "no record `other:1`"), (["show", "1234567"], "at least 8 digits"),
      (["show", "1", "--picture", "x.png"], "-f FILTER"), (["review", "1"], "--confirm or --clear"),
      (["review", "1", "--confirm", "--clear"], "--confirm or --clear"),
      (["review", "2", "--confirm", "--class", "1000000"], "--class"),
      (["review", "2", "--clear", "--attack", "pgd"], "--attack goes with --confirm"),
      (["show", "2", "--image", "-", "--picture", "-", "-f", Filters.signs], "two things"),
      (["review", "nope", "--confirm"], "no record `nope`"), (["review", "1", "--clear"], "no image"),
      (["review", "2", "--clear", "--reviewer", ""], "--reviewer"),
      (["review", "2", "--clear", "--writer", "a b"], "--writer"),
      (["stats", "--interval", "0s"], "--interval"), (["stats", "--interval", "soon"], "--interval"),
      (["stats", "--interval", "1.9s"], "whole seconds"), (["stats", "--interval", "900ms"], "whole seconds"),
      (["stats", "--interval", "1s", "--since", "30d"], "too short"), (["stats", "--since", "tomorrow"], "--since"),
      (["export", "--format", "xml"], "ocsf"), (["replay"], "-f"),
      (["replay", "-f", Filters.signs, "nope"], "no record"),
      (["prune"], "--older-than"), (["prune", "--older-than", "0"], "90d"), (["prune", "--to-size", "5kb"], "500MB"),
      (["prune", "--older-than", "2026-11-24"], "90d"), (["hold", "nope"], "no record"),
      (["checkpoint", "--writer", "nobody"], "no record of nobody"),
      (["verify", "--checkpoint", "nowhere"], "nowhere"),
      (["verify", "--key-file", "nowhere"], "there is no file nowhere"),
      (["verify", "--key-file", Filters.signs], "signs.yaml: this is not a verification key"),
      (["checkpoint", "--signing-key", Filters.signs], "signs.yaml: this is not a signing key"),
      (
        ["verify", "--encryption-key-file", Filters.signs],
        "signs.yaml holds no key of 32 bytes; name the file with which the images were encrypted"
      ),
      (["verify", "--checkpoint", Filters.signs], "signs.yaml"),
    ] as [([String], String)])
  func refusals(arguments: [String], message: String) throws {
    let before = try bench.records("--review", "unreviewed").count
    let result = try SluiceCommand.run(["audit", arguments[0], "--audit", bench.log] + arguments.dropFirst())
    #expect(result.status == 2 && result.output.isEmpty, "\(result.outputText)")
    #expect(result.errors.contains(message), "\(result.errors)")
    #expect(try bench.records("--review", "unreviewed").count == before)
  }

  @Test(
    "a reader that has seen enough ends the output quietly", arguments: ["list", "export", "list --ndjson", "stats"])
  func closedPipe(subcommand: String) throws {
    let result = try SluiceCommand.shell(
      """
      "$SLUICE" audit \(subcommand) --audit '\(bench.log)' | (exec 0<&-; sleep 0.5)
      echo "${PIPESTATUS[0]}"
      """)
    #expect(
      ["0\n", "141\n"].contains(result.outputText) && result.errors.isEmpty, "\(result.outputText)\(result.errors)")
  }

  // MARK: show

  @Test("a record is explained, as text and as JSON")
  func show() throws {
    let record = try bench.record(of: try #require(bench.flagged.first))
    let shown = try bench.audit("show", record.reference)
    #expect(shown.status == 0 && shown.errors.isEmpty)
    for part in [
      record.reference, record.sha256, "PNG 64×64", "kept", "yes", "signs (", "bitDepth 5", "median 2", "threshold",
      "adversarial (flagged)", "review      none", record.line["hash"] as? String ?? "?",
    ] {
      #expect(shown.outputText.contains(part), "\(part)")
    }
    let json = try #require(try bench.audit("show", record.reference, "--json").verdicts.first)
    #expect(NSDictionary(dictionary: json) == NSDictionary(dictionary: record.line))
    let byDigest = try bench.audit("show", String(record.sha256.prefix(8)))
    #expect(byDigest.status == 0 && byDigest.outputText == shown.outputText)
    let byNumber = try bench.audit("show", String(record.sequence))
    #expect(byNumber.outputText == shown.outputText)
    let broken = try bench.audit("show", try bench.record(of: "broken.png").reference)
    #expect(broken.outputText.contains("rejected") && broken.outputText.contains("the PNG ends"))
  }

  @Test("of several records of an image the newest is shown, and that there are more is said")
  func ambiguous() throws {
    let name = String(try #require(bench.flagged.first?.split(separator: "/").last))
    let first = try bench.record(of: name)
    _ = try bench.filter([name])
    let shown = try bench.audit("show", first.sha256)
    #expect(shown.status == 0 && shown.errors.contains("1 more record matches; this is the newest"))
    #expect(shown.outputText.contains(try bench.record(of: name).reference + "  "))
  }

  @Test("the image comes out as it came in; a picture of it is a PNG")
  func imageAndPicture() throws {
    let source = try #require(bench.flagged.first)
    let record = try bench.record(of: source)
    let out = "\(bench.path)/out.png"
    #expect(try bench.audit("show", record.reference, "--image", out).status == 0)
    #expect(try Repository.bytes(out) == Repository.bytes(source))
    let sheet = "\(bench.path)/sheet.png"
    let pictured = try bench.audit("show", record.reference, "-f", Filters.signs, "--picture", sheet)
    #expect(pictured.status == 0 && pictured.errors.isEmpty, "\(pictured.errors)")
    let picture = try Repository.bytes(sheet)
    #expect(try Self.width(of: picture) > 3 * 192)
    let clean = try bench.audit("show", try bench.record(of: try #require(bench.clean.first)).reference, "--image", out)
    #expect(clean.status == 2 && clean.errors.contains("is not kept"))
    let twice = try bench.audit(
      "show", record.reference, "-f", Filters.signs, "--picture", sheet, "--image", sheet)
    #expect(twice.status == 2 && twice.errors.contains("two things"))
    let broken = try bench.audit(
      "show", try bench.record(of: "broken.png").reference, "-f", Filters.signs, "--picture", "\(bench.path)/none.png")
    #expect(broken.errors.contains("no picture to show") && !bench.exists("none.png"))
    let other = try bench.audit("show", record.reference, "-f", Filters.signs, "--picture", "\(bench.path)/sheet.jpg")
    #expect(other.status == 2 && other.output.isEmpty && !bench.exists("sheet.jpg"))
    #expect(other.errors.contains("name a file that ends in .png with --picture"))
  }

  private static func width(of picture: [UInt8]) throws -> Int {
    try ImageDecoder().decode(picture.span).header.size.width
  }

  // MARK: stats

  @Test("counts are those of the run")
  func statistics() throws {
    let text = try bench.audit("stats")
    #expect(text.status == 0)
    #expect(
      text.outputText.hasPrefix("\(bench.verdicts.count) images from ")
        && text.outputText.contains("\(bench.count("adversarial")) flagged, 1 rejected, 0 failed"))
    #expect(text.outputText.contains("squeezing-probabilities") && text.outputText.contains("(not known)"))
    let json = try #require(try bench.audit("stats", "--json", "--interval", "1d").verdicts.first)
    #expect(json["images"] as? Int == bench.verdicts.count && json["intervalSeconds"] as? Int == 86_400)
    let intervals = try #require(json["intervals"] as? [[String: Any]])
    for verdict in ["adversarial", "clean", "rejected"] {
      #expect(intervals.compactMap { $0[verdict] as? Int }.reduce(0, +) == bench.count(verdict), "\(verdict)")
    }
    #expect((json["suddenChanges"] as? [Any])?.isEmpty == true)
    let detectors = try #require(json["detectors"] as? [[String: Any]])
    #expect(detectors.map { $0["flagged"] as? Int } == [bench.count("adversarial")])
    #expect(try bench.audit("stats", "--since", "2020-01-01", "--until", "2020-01-02").outputText.hasPrefix("0 images"))
  }
}

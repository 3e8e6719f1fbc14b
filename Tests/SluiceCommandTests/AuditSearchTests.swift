import AuditLog
import Auditing
import Common
import Foundation
import TestSupport
import Testing

/// Searches in the audit log, as the command tells of them.
struct AuditSearchTests {
  private static let start = AuditTime(microseconds: 1_800_000_000_000_000)
  /// A terminal's command to clear the screen, and text that turns around.
  private static let hostile = "\u{1B}[2J\u{202E}<b>"

  private static func search(_ id: String, questions: Int, sample: Int, client: String = "10.0.0.7") -> RecordedSearch {
    var search = RecordedSearch()
    (search.id, search.began, search.questions, search.action) = (id, start.text, questions, "silent")
    (search.client, search.clients, search.request) = (client, [client], "request-\(questions)")
    search.sample = (0..<sample).map { place in
      var question = RecordedQuestion()
      question.number = place < 8 ? place + 1 : questions - sample + place + 1
      question.time = (start + .milliseconds(place * 150)).text
      (question.request, question.client) = ("request-\(place + 1)", client)
      (question.topClass, question.label) = place < sample - 2 ? (0, "stop") : (3, "speed-30")
      question.score = 0.98 - 0.01 * Double(place)
      question.outcome = place == sample - 1 ? .adversarial : .clean
      question.distance = 0.5
      question.pixels = [UInt8](repeating: UInt8(place), count: 768)
      return question
    }
    return search
  }

  private static func entry(_ search: RecordedSearch, at second: Int) -> AuditEntry {
    AuditEntry(.search, time: start + .seconds(second), details: search.json.members)
  }

  private static func image(_ number: Int, of search: String?) -> AuditEntry {
    AuditEntry(
      .verdict, time: start + .seconds(number),
      [
        "request": .string("request-\(number)"), "search": search.map(JSONValue.string), "source": .string("x"),
        "sha256": .string(String(repeating: "ab", count: 32)), "verdict": .string("clean"),
        "action": .string("forwarded"), "detectors": .array([]), "quarantined": .bool(false),
      ])
  }

  /// A log with two searches, one of them recorded twice, and three images.
  private static func log() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let location = AuditLocation(folder: AuditFolder(folder.path + "/audit"))
    let store = try location.open()
    _ = try location.folder.signingKey(for: "one")
    _ = try store.append(
      [
        entry(search("00000000000000a1", questions: 20, sample: 20), at: 3), image(1, of: "00000000000000a1"),
        image(2, of: nil), image(3, of: "00000000000000a1"),
        entry(search("00000000000000a1", questions: 131, sample: 64), at: 30),
        entry(search("00000000000000b2", questions: 5, sample: 0, client: hostile), at: 20),
      ], to: "one")
    return folder
  }

  private func audit(_ folder: TemporaryFolder, _ arguments: String...) throws -> SluiceCommand.Result {
    try SluiceCommand.run([arguments[0], arguments[1], "--audit", "\(folder.path)/audit"] + arguments.dropFirst(2))
  }

  @Test("list --chain lists searches, each by its last record; with an id, the images of one")
  func listing() throws {
    let folder = try Self.log()
    let all = try audit(folder, "audit", "list", "--chain")
    #expect(all.status == 0 && all.errors.isEmpty, "\(all.errors)")
    let lines = all.outputText.split(separator: "\n").map(String.init)
    #expect(lines.count == 3 && lines[0].hasPrefix("SEARCH            BEGAN (UTC)"))
    #expect(lines[1].hasPrefix("00000000000000a1  2027-01-15 08:00:00  2027-01-15 08:00:30  131"))
    #expect(lines[1].contains("silent") && lines[1].contains("0.35–0.98") && lines[1].contains("changed 1×"))
    #expect(lines[1].hasSuffix("one:5") && lines[2].hasPrefix("00000000000000b2") && lines[2].contains("\u{FFFD}[2J"))
    #expect(!all.outputText.contains("\u{1B}") && !all.outputText.contains("\u{202E}"))
    let one = try audit(folder, "audit", "list", "--chain", "00000000000000a1", "--oldest-first")
    #expect(one.outputText.split(separator: "\n").dropFirst().map { $0.prefix(5) } == ["one:2", "one:4"])
    #expect(one.outputText.contains("SEARCH"), "a column says which search")
    let earlier = try audit(folder, "audit", "list", "--kind", "search", "--chain", "00000000000000a1")
    #expect(earlier.outputText.split(separator: "\n").count == 3)
    let none = try audit(folder, "audit", "list", "--chain", "00000000000000ff")
    #expect(none.status == 0 && none.output.isEmpty && none.errors == "sluice: there is no such record\n")
    let before = try audit(folder, "audit", "list", "--chain", "--until", "2027-01-01T00:00:00")
    #expect(before.status == 0 && before.errors == "sluice: no such search is recorded\n", "\(before.errors)")
    let since = try audit(folder, "audit", "list", "--chain", "--until", "2027-01-15T08:00:25")
    #expect(since.outputText.split(separator: "\n").count == 2)
  }

  @Test("list --chain gives programs whole records")
  func lines() throws {
    let folder = try Self.log()
    let result = try audit(folder, "audit", "list", "--chain", "--ndjson")
    let records = result.verdicts.compactMap { $0["record"] as? [String: Any] }
    #expect(records.map { $0["search"] as? String } == ["00000000000000a1", "00000000000000b2"])
    #expect((records[0]["sample"] as? [Any])?.count == 64 && records[1]["sample"] == nil)
  }

  @Test("show explains a search: facts, a plot and a table of its questions", arguments: ["00000000000000a1", "one:5"])
  func show(name: String) throws {
    let folder = try Self.log()
    let result = try audit(folder, "audit", "show", name)
    #expect(result.status == 0 && result.errors.isEmpty, "\(result.errors)")
    let text = result.outputText
    #expect(text.hasPrefix("00000000000000a1  search for an adversarial image\n"))
    #expect(
      text.contains(
        "In the 64 that are recorded here, the score moved between 0.35 and 0.98, and the class changed once."))
    #expect(text.contains("The filter flagged 1 of the 64."))
    let plot = text.split(separator: "\n").filter { $0.contains("│") }
    #expect(plot.count == 8 && plot[0].contains("0.98") && plot[7].contains("0.35"))
    let signs = plot.joined()
    #expect(signs.count { $0 == "•" } == 63 && signs.count { $0 == "◆" } == 1 && signs.count { $0 == "┆" } == 8)
    #expect(
      text.contains(
        "  131       2027-01-15 08:00:09  10.0.0.7  adversarial  speed-30            0.35   0.5       request-64"))
    #expect(text.contains("speed-30 (changed)"))
  }

  @Test("show tells of a search whose questions were not recorded, and prints the record for programs")
  func bare() throws {
    let folder = try Self.log()
    let bare = try audit(folder, "audit", "show", "00000000000000b2")
    #expect(bare.outputText.contains("5 questions about nearly the same image.") && !bare.outputText.contains("│"))
    #expect(!bare.outputText.contains("\u{1B}"))
    let json = try audit(folder, "audit", "show", "00000000000000a1", "--json")
    let record = try #require(json.verdicts.first?["record"] as? [String: Any])
    #expect(record["kind"] as? String == "search" && record["questions"] as? Int == 131)
    let image = try audit(folder, "audit", "show", "00000000000000a1", "--image", "\(folder.path)/x")
    #expect(image.status == 2 && image.errors.contains("is not kept"))
    let first = try audit(folder, "audit", "show", "one:1")
    #expect(first.outputText.contains("20 questions"), "an earlier record tells of the search as it was then")
  }

  @Test("searches are exported, verified and pruned like other records", arguments: ["ndjson", "csv", "ocsf", "cef"])
  func others(format: String) throws {
    let folder = try Self.log()
    let result = try audit(folder, "audit", "export", "--chain", "--format", format)
    let lines = result.outputText.split(separator: "\n").map(String.init)
    #expect(result.status == 0 && lines.count == (format == "csv" ? 3 : 2))
    #expect(lines.allSatisfy { !$0.contains("\u{1B}") })
    #expect(lines.last?.contains("00000000000000a1") == true)
    switch format {
    case "ocsf":
      #expect(lines[1].contains("search for an adversarial image: 131 questions") && lines[1].contains("\"High\""))
    case "cef":
      #expect(lines[1].contains("|search|Search for an adversarial image|8|"))
      #expect(lines[1].contains("cn1Label=questions cn1=131") && lines[1].contains("act=silent"))
    default: break
    }
    let images = try audit(folder, "audit", "export", "--chain", "00000000000000a1", "--format", format)
    #expect(images.outputText.split(separator: "\n").count == (format == "csv" ? 3 : 2))
    #expect(try audit(folder, "audit", "prune", "--older-than", "0s").status == 0)
    let verified = try audit(folder, "audit", "verify")
    #expect(verified.outputText.contains("holds: "), "\(verified.outputText)")
  }

  @Test("what a sender was answered instead of the verdict is told wherever the action is")
  func answered() throws {
    let folder = try TemporaryFolder()
    let location = AuditLocation(folder: AuditFolder(folder.path + "/audit"))
    var image = Self.image(1, of: "00000000000000a1")
    image.details.append(JSONValue.Member(name: "answered", value: .string("refused")))
    _ = try location.open().append([image], to: "one")
    #expect(try audit(folder, "audit", "list").outputText.contains("clean    forwarded, refused  "))
    #expect(try audit(folder, "audit", "show", "one:1").outputText.contains("answered    refused\n"))
    for (format, said) in [
      ("ocsf", #""action":"Denied","disposition_id":2"#), ("cef", " act=refused "),
      ("csv", ",00000000000000a1,refused"),
    ] {
      let exported = try audit(folder, "audit", "export", "--format", format).outputText
      #expect(exported.contains(said), "\(exported)")
    }
  }

  @Test("stats count searches")
  func statistics() throws {
    let folder = try Self.log()
    let text = try audit(folder, "audit", "stats", "--since", "2027-01-15", "--until", "2027-01-16").outputText
    #expect(text.contains("2 searches for an adversarial image; `sluice audit list --chain` lists them"), "\(text)")
    let json = try audit(folder, "audit", "stats", "--since", "2027-01-15T08:00:25", "--until", "2027-01-16", "--json")
    #expect(json.verdicts.first?["searches"] as? Int == 1)
  }

  @Test("what --chain does not take is refused", arguments: ["", String(repeating: "a", count: 201)])
  func refused(id: String) throws {
    let result = try audit(try Self.log(), "audit", "list", "--chain", id)
    #expect(
      result.status == 2 && result.output.isEmpty && result.errors.contains("nexpected argument"), "\(result.errors)")
  }
}

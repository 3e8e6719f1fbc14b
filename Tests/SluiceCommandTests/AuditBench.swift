import Foundation
import TestSupport
import Testing

/// A folder with images, and the audit log of a run of the sample filter over them.
struct AuditBench {
  let folder: TemporaryFolder
  /// What the run said about the images, in their order.
  let verdicts: [[String: Any]]

  var path: String { folder.path }
  /// The folder of the log.
  var log: String { "\(path)/audit" }

  /// A name that is a formula, ends a CSV cell, begins another line and has what CEF escapes.
  static let hostileName = "=1+1,\"x\n|y\\z.png"

  /// Whether tests can change a log behind the command's back.
  static let hasPythonSQLite = (try? SluiceCommand.shell("python3 -c 'import sqlite3'").status) == 0

  /// Six clean images, four attacks, and half of an image.
  init(environment: [String: String] = [:]) throws {
    folder = try TemporaryFolder()
    let samples = try (0..<6).map { ("clean-\($0).png", try Self.sample("clean/test", ending: ".png", $0)) }
    let attacks = try (0..<4).map { ("attack-\($0).png", try Self.sample("adversarial/pgd", ending: ".png", $0)) }
    for (name, source) in samples + attacks { try folder.file(name, Repository.bytes(source)) }
    try folder.file("broken.png", Array(Repository.bytes(attacks[0].1).prefix(700)))
    let names = (samples + attacks).map(\.0) + ["broken.png"]
    let result = try Self.filter(folder, names, environment)
    #expect(result.status == 1, "\(result.errors)")
    verdicts = result.verdicts
    #expect(verdicts.count == names.count)
    #expect(count("clean") >= 4 && count("adversarial") >= 3 && count("rejected") == 1)
  }

  private static func sample(_ group: String, ending: String, _ index: Int) throws -> String {
    let folder = Repository.file("Samples/signs/\(group)")
    let names = try FileManager.default.contentsOfDirectory(atPath: folder).filter { $0.hasSuffix(ending) }.sorted()
    return "\(folder)/\(try #require(names.dropFirst(index).first))"
  }

  func count(_ verdict: String) -> Int { verdicts.filter { $0["verdict"] as? String == verdict }.count }

  /// What was flagged.
  var flagged: [String] { named("adversarial") }
  var clean: [String] { named("clean") }

  private func named(_ verdict: String) -> [String] {
    verdicts.filter { $0["verdict"] as? String == verdict }.compactMap { $0["source"] as? String }
  }

  /// Judges images of the folder, with a record of each.
  func filter(_ names: [String], environment: [String: String] = [:]) throws -> SluiceCommand.Result {
    try Self.filter(folder, names, environment)
  }

  /// Judges an image with records in another folder of the log, or as further options say.
  func filter(
    _ name: String, to log: String, _ options: [String] = [], environment: [String: String] = [:]
  ) throws -> SluiceCommand.Result {
    try SluiceCommand.run(
      ["filter", "-f", Filters.signs, "--audit", "\(path)/\(log)", "--format", "none"] + options + ["\(path)/\(name)"],
      environment: environment)
  }

  private static func filter(
    _ folder: TemporaryFolder, _ names: [String], _ environment: [String: String]
  ) throws -> SluiceCommand.Result {
    try SluiceCommand.run(
      ["filter", "-f", Filters.signs, "--audit", "\(folder.path)/audit", "--format", "none"]
        + names.map { "\(folder.path)/\($0)" }, environment: environment)
  }

  /// `sluice audit` on the log; the first argument is the subcommand.
  func audit(_ arguments: String..., environment: [String: String] = [:]) throws -> SluiceCommand.Result {
    try SluiceCommand.run(
      ["audit", arguments[0], "--audit", log] + arguments.dropFirst(), environment: environment)
  }

  func records(_ arguments: String...) throws -> [AuditedRecord] {
    let result = try SluiceCommand.run(["audit", "list", "--audit", log, "--ndjson"] + arguments)
    #expect(result.status == 0, "\(result.errors)")
    return try result.verdicts.map(AuditedRecord.init)
  }

  /// The record of an image of the folder.
  func record(of path: String) throws -> AuditedRecord {
    let name = String(try #require(path.split(separator: "/").last))
    return try #require(try records("--source", name).first)
  }

  /// Runs a statement on the database.
  func change(_ sql: String) throws {
    let script = try folder.file(
      "change.py",
      """
      import sqlite3
      database = sqlite3.connect("\(log)/audit.sqlite")
      database.executescript('''
      \(sql)
      ''')
      database.commit()
      """)
    let result = try SluiceCommand.shell("python3 '\(script)'")
    #expect(result.status == 0, "\(result.errors)")
  }

  func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
}

/// A line of `list --ndjson`.
struct AuditedRecord {
  let line: [String: Any]
  /// What was hashed.
  let said: [String: Any]
  let reference: String

  init(_ line: [String: Any]) throws {
    self.line = line
    said = try #require(line["record"] as? [String: Any])
    reference = "\(try #require(said["writer"] as? String)):\(try #require(said["sequence"] as? Int))"
  }

  var verdict: String? { said["verdict"] as? String }
  var source: String? { said["source"] as? String }
  var sequence: Int { said["sequence"] as? Int ?? 0 }
  var sha256: String { said["sha256"] as? String ?? "" }
  var review: [String: Any]? { line["review"] as? [String: Any] }
  var isStored: Bool { (line["image"] as? [String: Any])?["stored"] as? Bool == true }
}

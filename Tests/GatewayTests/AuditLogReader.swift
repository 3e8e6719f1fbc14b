import Foundation
import TestSupport

/// An audit log as users look at it: by the command.
struct AuditLogReader {
  private let options: [String]
  private let folder: String

  init(_ folder: String, _ options: [String] = []) {
    self.folder = folder
    self.options = ["--audit", folder] + options
  }

  struct Record {
    let said: [String: Any]
    let isKept: Bool

    var request: String { said["request"] as? String ?? "" }
    var verdict: String { said["verdict"] as? String ?? "" }
    var sha256: String { said["sha256"] as? String ?? "" }
    var reference: String { "\(said["writer"] ?? ""):\(said["sequence"] ?? "")" }
  }

  private struct Failed: Error, CustomStringConvertible {
    let description: String
  }

  /// Records, the newest first.
  func records(_ arguments: [String] = []) throws -> [Record] {
    let limit = arguments.contains("--limit") ? [] : ["--limit", "10000000"]
    let result = try run("list", ["--ndjson"] + limit + arguments)
    guard result.status == 0 else { throw Failed(description: result.errors) }
    return result.verdicts.compactMap { line in
      guard let said = line["record"] as? [String: Any] else { return nil }
      let image = line["image"] as? [String: Any]
      return Record(said: said, isKept: image?["stored"] as? Bool ?? false)
    }
  }

  /// The kept bytes of a record; `nil` where the command cannot give them.
  func image(of record: String) throws -> [UInt8]? {
    let output = try TemporaryFolder()
    let path = "\(output.path)/image"
    let result = try run("show", [record, "--image", path])
    return result.status == 0 ? try Repository.bytes(path) : nil
  }

  func verify(_ arguments: [String] = []) throws -> SluiceCommand.Result { try run("verify", arguments) }

  func run(_ subcommand: String, _ arguments: [String]) throws -> SluiceCommand.Result {
    try SluiceCommand.run(["audit", subcommand] + options + arguments)
  }

  /// The files in the quarantine.
  var keptFiles: [String] {
    get throws {
      let names = try FileManager.default.subpathsOfDirectory(atPath: "\(folder)/quarantine")
      return names.filter { $0.split(separator: "/").count == 2 }.map { "\(folder)/quarantine/\($0)" }
    }
  }
}

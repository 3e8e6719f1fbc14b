import Foundation
import TestSupport
import Testing

/// A gateway in a process of its own, on free ports of this machine.
///
/// Nothing of it changes once it listens, so that several tests may use one.
final class RunningGateway: @unchecked Sendable {
  private let folder: TemporaryFolder
  private let process = Process()
  private let logPath: String
  private(set) var http = 0
  private(set) var grpc = 0
  private(set) var operations = 0
  /// The folder of the audit log, unless the arguments name another.
  let auditPath: String

  private struct NotListening: Error, CustomStringConvertible {
    let description: String
  }

  /// Starts it and waits until it listens.
  ///
  /// - Parameters:
  ///   - filter: the text of the filter file; `nil` for the one at the path.
  ///   - filterPath: the sample filter as it is shipped, unless it is said.
  init(
    _ arguments: [String] = [], filter: String? = nil, filterPath: String = Repository.file("Filters/signs.yaml"),
    environment: [String: String] = [:]
  ) throws {
    folder = try TemporaryFolder()
    auditPath = "\(folder.path)/audit"
    logPath = try folder.file("log", "")
    let path = try filter.map { try folder.file("filter.yaml", $0) } ?? filterPath
    process.executableURL = URL(filePath: SluiceCommand.path)
    let audit = arguments.contains("--audit") ? [] : ["--audit", auditPath]
    // A test that leaves a connection open is not to wait for it.
    let drain =
      (arguments.contains("--drain") ? [] : ["--drain", "5s"])
      + (arguments.contains("--drain-delay") ? [] : ["--drain-delay", "0s"])
    process.arguments =
      ["serve", "-f", path] + audit + drain
      + Self.freePorts.filter { !arguments.contains($0[0]) }.flatMap(\.self) + arguments
    process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = FileHandle.nullDevice
    process.standardError = try FileHandle(forWritingTo: URL(filePath: logPath))
    try process.start()
    let isOff = Self.freePorts.map { arguments.firstRange(of: [$0[0], "off"]) != nil }
    try waitUntilListening(servers: isOff.count { !$0 })
  }

  deinit {
    if process.isRunning {
      process.terminate()
      _ = process.waitForEnd(seconds: Self.patience)
    }
  }

  private static let freePorts = [
    ["--http", "127.0.0.1:0"], ["--grpc", "127.0.0.1:0"], ["--operations", "127.0.0.1:0"],
  ]

  var filterPath: String { "\(folder.path)/filter.yaml" }

  /// Every line of the log.
  var log: [[String: Any]] { SluiceCommand.Result.verdicts(in: logText) }

  /// What has been logged. A thread of its own writes that a moment after it has happened, so it is read until it stays the same.
  var logText: String {
    var text = readLog()
    for _ in 0..<20 {
      usleep(50_000)
      let later = readLog()
      if later == text { break }
      text = later
    }
    return text
  }

  /// What has been written of it so far, for whoever looks again and again.
  private var currentLog: [[String: Any]] { SluiceCommand.Result.verdicts(in: readLog()) }

  private func readLog() -> String { (try? String(contentsOfFile: logPath, encoding: .utf8)) ?? "" }

  func send(_ signal: Int32) { kill(process.processIdentifier, signal) }

  /// Removes its folder, for one that nobody lets go of.
  func removeFiles() { try? FileManager.default.removeItem(atPath: folder.path) }

  /// Limits how large the files may be that the process writes, as a full disk does.
  func limitFiles(to bytes: String) throws {
    _ = try SluiceCommand.shell("prlimit --pid \(process.processIdentifier) --fsize=\(bytes):unlimited")
  }

  /// How many seconds it may take to end: longer than any test lets it drain, on a busy machine.
  private static let patience = 60

  /// Waits for the end of the process; its exit status. One that does not end is killed, which is an issue.
  func waitForEnd() -> Int32 {
    if !process.waitForEnd(seconds: Self.patience) { Issue.record("the gateway did not end:\n\(logText)") }
    return process.terminationStatus
  }

  var isRunning: Bool { process.isRunning }

  /// Resident memory in kilobytes.
  var memory: Int { memory("VmRSS:") }

  /// The most that it has been.
  var peakMemory: Int { memory("VmHWM:") }

  private func memory(_ name: String) -> Int {
    let status = (try? String(contentsOfFile: "/proc/\(process.processIdentifier)/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix(name) } ?? ""
    return line.split(separator: " ").compactMap { Int($0.filter(\.isNumber)) }.first ?? 0
  }

  /// Waits until the log has such a message.
  func wait(for message: String, times: Int = 1) async throws {
    do {
      try await eventually("`\(message)`", every: .milliseconds(20)) {
        currentLog.count { $0["message"] as? String == message } >= times
      }
    } catch let error as NeverTrue { throw NotListening(description: "\(error) in\n\(logText)") }
  }

  private func waitUntilListening(servers: Int) throws {
    for _ in 0..<2400 {
      for line in currentLog where line["message"] as? String == "listening" {
        guard let address = line["address"] as? String, let port = Int(address.split(separator: ":").last ?? "") else {
          continue
        }
        switch line["server"] as? String {
        case "http": http = port
        case "grpc": grpc = port
        default: operations = port
        }
      }
      if [http, grpc, operations].count(where: { $0 > 0 }) == servers { return }
      if !process.isRunning { break }
      usleep(25_000)
    }
    throw NotListening(description: "the gateway does not listen:\n\(logText)")
  }
}

/// Images of the sample classifier.
enum Signs {
  static let clean = image("clean/test/081_roundabout.png")
  static let adversarial = image("adversarial/pgd/03_speed-30_as_speed-80_000.png")

  private static func image(_ name: String) -> [UInt8] {
    (try? Repository.bytes(Repository.file("Samples/signs/\(name)"))) ?? []
  }
}

extension [UInt8] {
  var base64: String { Data(self).base64EncodedString() }

  var json: [String: Any] { (try? JSONSerialization.jsonObject(with: Data(self)) as? [String: Any]) ?? [:] }
}

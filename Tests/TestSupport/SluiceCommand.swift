import Foundation

/// The command as users run it: a process of its own.
package struct SluiceCommand {
  /// What a process left behind.
  package struct Result: Sendable {
    /// The exit status; for a process that a signal ended, 128 and the signal's number.
    package let status: Int32
    package let output: [UInt8]
    package let errors: String

    package var outputText: String { String(decoding: output, as: UTF8.self) }

    /// The verdict lines on standard output.
    package var verdicts: [[String: Any]] { Self.verdicts(in: outputText) }

    package static func verdicts(in text: String) -> [[String: Any]] {
      text.split(separator: "\n").compactMap { line in
        try? JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any]
      }
    }
  }

  /// The built command lies beside the test runner.
  package static let path = URL(filePath: "/proc/self/exe").resolvingSymlinksInPath()
    .deletingLastPathComponent().appending(path: "sluice").path

  /// Runs the command with the given arguments and standard input.
  package static func run(
    _ arguments: [String], input: [UInt8] = [], environment: [String: String] = [:]
  ) throws -> Result {
    try process(path, arguments, input: input, environment: environment)
  }

  /// Runs a shell script in which `$SLUICE` is the command.
  package static func shell(_ script: String, environment: [String: String] = [:]) throws -> Result {
    try process("/bin/bash", ["-c", script], input: [], environment: environment)
  }

  /// How long the longest command may take, on a busy machine.
  private static let minutes = 10

  // Files stand in for pipes: nothing can fill up while the test waits.
  private static func process(
    _ executable: String, _ arguments: [String], input: [UInt8], environment: [String: String]
  ) throws -> Result {
    let folder = try TemporaryFolder()
    let process = Process()
    process.executableURL = URL(filePath: executable)
    process.arguments = arguments
    process.environment = ProcessInfo.processInfo.environment
      .merging(["SLUICE": path]) { $1 }.merging(environment) { $1 }
    process.standardInput = try FileHandle(forReadingFrom: URL(filePath: folder.file("input", input)))
    let outputs = try ["output", "errors"].map { try folder.file($0, "") }
    process.standardOutput = try FileHandle(forWritingTo: URL(filePath: outputs[0]))
    process.standardError = try FileHandle(forWritingTo: URL(filePath: outputs[1]))
    try process.start()
    guard process.waitForEnd(seconds: minutes * 60) else {
      throw NeverTrue(description: "\(executable) \(arguments) did not end within \(minutes) minutes")
    }
    let isSignal = process.terminationReason == .uncaughtSignal
    return Result(
      status: process.terminationStatus + (isSignal ? 128 : 0), output: try Repository.bytes(outputs[0]),
      errors: String(decoding: try Repository.bytes(outputs[1]), as: UTF8.self))
  }
}

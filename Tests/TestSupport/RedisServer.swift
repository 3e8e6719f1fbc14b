import Foundation
import Synchronization

/// A private Redis for tests of what is shared there: reached through a port of this machine or a socket in a temporary folder,
/// gone with the process.
package final class RedisServer: Sendable {
  package static let isInstalled = program != nil

  /// On this machine.
  package let port: Int
  private let folder: String
  private let options: [String]
  private let running = Mutex<Running?>(nil)

  private struct Running {
    let supervisor: Process
    /// The server lives as long as this end of its supervisor's input is open.
    let life: Pipe
  }

  private static let program: String? = ["/usr/bin/redis-server", "/usr/local/bin/redis-server"].first {
    FileManager.default.isExecutableFile(atPath: $0)
  }

  private struct NotStarted: Error {}

  /// - Parameters:
  ///   - isEncrypted: whether the port is for TLS.
  ///   - users: lines of a list of users, such as `user default off`.
  ///   - options: as they follow the server's name, such as `--requirepass` and a password.
  package init(isEncrypted: Bool = false, users: [String] = [], options: [String] = []) throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "sluice-redis-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    port = LoopbackSocket.lastingPort()
    folder = url.path
    let options = (isEncrypted ? ["--port", "0", "--tls-port"] : ["--port"]) + ["\(port)"] + options
    guard !users.isEmpty else {
      self.options = options
      return
    }
    let list = "\(folder)/users.acl"
    try Data((users.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: list))
    self.options = options + ["--aclfile", list]
  }

  deinit {
    kill()
    try? FileManager.default.removeItem(atPath: folder)
  }

  package var url: String { "redis://127.0.0.1:\(port)" }
  package var socketPath: String { "\(folder)/socket" }

  /// Starts the server, with nothing in it, and waits until it answers.
  package func start() throws {
    // Another program may have its port for a moment.
    for _ in 0..<3 {
      if try hasStarted() { return }
      kill()
    }
    throw NotStarted()
  }

  private func hasStarted() throws -> Bool {
    guard let program = Self.program else { throw NotStarted() }
    let life = Pipe()
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments =
      [
        "-c", Self.script, program, "--bind", "127.0.0.1", "--unixsocket", socketPath, "--save",
        "",
        "--dir", folder, "--enable-debug-command", "local",
      ] + options
    process.standardInput = life.fileHandleForReading
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    try process.start()
    running.withLock { $0 = Running(supervisor: process, life: life) }
    for _ in 0..<300 where process.isRunning {
      // An answer such as NOAUTH is one as well.
      if let result = try? cli(["PING"]), result.status == 0 { return true }
      Thread.sleep(forTimeInterval: 0.05)
    }
    return false
  }

  /// A shell that starts the server, and kills it at the end of its own input: however this process ends, that ends with it.
  private static let script = """
    trap '' HUP INT TERM
    "$0" "$@" </dev/null &
    cat >/dev/null
    kill -KILL $! && wait $!
    """

  /// Ends the server as a crash does, and returns when it is gone. Without effect on one that does not run.
  package func kill() {
    let running = running.withLock { $0.take() }
    guard let running else { return }
    try? running.life.fileHandleForWriting.close()
    _ = running.supervisor.waitForEnd(seconds: 60)
  }

  /// Runs a command beside the program under test, and returns what the server says.
  @discardableResult package func run(_ command: String...) throws -> String {
    try cli(command).outputText.trimmingCharacters(in: .newlines)
  }

  /// Runs a shell script in which `$cli` speaks to the server.
  @discardableResult package func script(_ script: String) throws -> String {
    try SluiceCommand.shell(script, environment: ["cli": "redis-cli -s \(socketPath)"]).outputText
  }

  private func cli(_ command: [String]) throws -> SluiceCommand.Result {
    let arguments = command.map { "'\($0)'" }.joined(separator: " ")
    return try SluiceCommand.shell("redis-cli -s \(socketPath) \(arguments)")
  }
}

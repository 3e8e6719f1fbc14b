import Foundation

/// A private PostgreSQL for tests of what is kept there: reached through a socket in a temporary folder, gone with the
/// process.
package final class PostgreSQLServer: Sendable {
  /// The server of this process; `nil` where none is installed or it cannot be started.
  package static let shared = try? PostgreSQLServer()
  package static let isInstalled = programs != nil

  private let folder: String
  private let supervisor: Process
  // The server lives as long as this end of its supervisor's input is open.
  private let life = Pipe()

  /// Where the newest version's programs lie. Debian keeps them outside the search path.
  private static let programs: String? = {
    let root = "/usr/lib/postgresql"
    let versions = (try? FileManager.default.contentsOfDirectory(atPath: root)) ?? []
    let newestFirst = versions.sorted { $0.compare($1, options: .numeric) == .orderedDescending }
    return (newestFirst.map { "\(root)/\($0)/bin" } + ["/usr/bin", "/usr/local/bin"]).first { folder in
      ["initdb", "postgres", "psql"].allSatisfy { FileManager.default.isExecutableFile(atPath: "\(folder)/\($0)") }
    }
  }()

  private struct NotStarted: Error {}
  private static let user = "sluice"

  /// Starts the server and waits until it accepts connections.
  private init() throws {
    guard let programs = Self.programs else { throw NotStarted() }
    let url = FileManager.default.temporaryDirectory.appending(path: "sluice-pg-\(UUID().uuidString.prefix(8))")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: false)
    folder = url.path
    supervisor = Self.supervisor(programs, folder, life)
    try supervisor.start()
    guard try waitUntilReady() else { throw NotStarted() }
  }

  /// A shell that starts the server, waits for the end of its input, stops the server and removes the folder.
  ///
  /// However this process ends, the input ends with it. Rejected alternatives: atexit, which a crash skips; a signal at
  /// the parent's death, which comes at the death of the thread that started the child.
  private static func supervisor(_ programs: String, _ folder: String, _ life: Pipe) -> Process {
    let process = Process()
    process.executableURL = URL(filePath: "/bin/sh")
    process.arguments = ["-c", script]
    process.environment = ["PATH": "\(programs):/usr/sbin:/usr/bin:/sbin:/bin", "FOLDER": folder, "LC_ALL": "C"]
    process.standardInput = life.fileHandleForReading
    process.standardOutput = FileHandle.nullDevice
    process.standardError = FileHandle.nullDevice
    return process
  }

  // The server refuses to run as root, so root gives it to the user that Debian's package makes.
  private static let script = """
    trap '' HUP INT TERM
    cd "$FOLDER"
    as=''
    if [ "$(id -u)" = 0 ]; then
      chown postgres . && as='setpriv --reuid=postgres --regid=postgres --init-groups'
    fi
    if $as initdb --pgdata=data --username=\(user) --auth=trust --encoding=UTF8 --locale=C --no-sync </dev/null; then
      $as postgres -D data -c listen_addresses='' -c unix_socket_directories="$FOLDER" -c unix_socket_permissions=0700 \
        -c fsync=on -c max_connections=50 -c shared_buffers=16MB </dev/null &
      cat >/dev/null
      kill -QUIT $! && wait $!
    fi
    cd / && rm -rf "$FOLDER"
    """

  private func waitUntilReady() throws -> Bool {
    for _ in 0..<300 where supervisor.isRunning {
      if (try? execute("SELECT 1", in: connectionString("postgres"))) != nil { return true }
      Thread.sleep(forTimeInterval: 0.1)
    }
    return false
  }

  private func connectionString(_ database: String) -> String {
    "host=\(folder) user=\(Self.user) dbname=\(database)"
  }

  /// Creates an empty database and returns the connection string for it.
  package func freshDatabase(encoding: String = "UTF8") throws -> String {
    let name = "test_\(UUID().uuidString.lowercased().replacing("-", with: ""))"
    try execute("CREATE DATABASE \(name) ENCODING '\(encoding)' TEMPLATE template0", in: connectionString("postgres"))
    return connectionString(name)
  }

  /// Runs SQL beside the program under test, and returns what it says, a line for each row.
  @discardableResult package func execute(_ sql: String, in database: String) throws -> String {
    let result = try SluiceCommand.shell(
      #""$PSQL" --no-psqlrc --quiet --tuples-only --no-align --set=ON_ERROR_STOP=1 --dbname="$DATABASE" --command="$SQL""#,
      environment: ["PSQL": "\(Self.programs ?? "")/psql", "DATABASE": database, "SQL": sql])
    guard result.status == 0 else { throw Refusal(message: result.errors) }
    return result.outputText.trimmingCharacters(in: .newlines)
  }

  /// What the server says about SQL that it does not run.
  package struct Refusal: Error {
    package let message: String
  }
}

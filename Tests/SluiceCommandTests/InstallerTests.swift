import Foundation
import TestSupport
import Testing

/// The scripts that install things, with programs in the place of those that would fetch them.
@Suite struct InstallerTests {
  /// A folder with stand-ins under `bin`, which come first on the path.
  private struct Bench {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    var path: String { folder.path }

    func program(_ name: String, _ script: String) throws {
      let place = "\(path)/\(name)"
      try FileManager.default.createDirectory(
        atPath: URL(filePath: place).deletingLastPathComponent().path, withIntermediateDirectories: true)
      try Data("#!/bin/bash\n\(script)\n".utf8).write(to: URL(filePath: place))
      try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: place)
    }

    func run(_ script: String, _ environment: [String: String] = [:]) throws -> SluiceCommand.Result {
      let path = ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin"
      let own = ["PATH": "\(self.path)/bin:\(path)", "SLUICE_DATA": "\(self.path)/data", "SLUICE_OPENVINO": ""]
      return try SluiceCommand.shell("cd '\(self.path)' && \(script)", environment: own.merging(environment) { $1 })
    }

    func exists(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(path)/\(name)") }
  }

  @Test("what an interrupted installation leaves is taken for no engine, and the next one comes to its end")
  func interruptedEngine() throws {
    let bench = try Bench()
    try bench.program("bin/dpkg", "exit 0")
    // The library comes first; an interrupted pip never gets to what it needs beside it.
    try bench.program(
      "bin/python3",
      """
      [ "$3" = install ] || exit 0
      while [ "$1" != --target ]; do shift; done
      mkdir -p "$2/openvino/libs" && touch "$2/openvino/libs/libopenvino_c.so"
      [ -z "$INTERRUPTED" ] || { touch "$2/left"; exit 1; }
      touch "$2/whole"
      """)
    let script = "'\(Repository.file("Samples/install.sh"))'"
    let interrupted = try bench.run(script, ["INTERRUPTED": "1"])
    #expect(interrupted.status == 1 && interrupted.errors.contains("could not be installed"), "\(interrupted.errors)")
    #expect(!bench.exists("data/openvino"))
    let second = try bench.run(script)
    #expect(second.status == 0 && bench.exists("data/openvino/whole"), "\(second.errors)")
    #expect(!bench.exists("data/openvino/left") && !bench.exists("data/openvino.partial"))
    // What is there is not fetched again.
    #expect(try bench.run(script, ["INTERRUPTED": "1"]).status == 0)
  }

  @Test("when the time for PyTorch is over, nothing goes on fetching it")
  func endOfTime() throws {
    let bench = try Bench()
    // Its Python fetches for an hour.
    try bench.program("fetching", "echo $$ > '\(bench.path)/pid'; exec sleep 3600")
    try bench.program(
      "bin/python3", "[ \"$2\" != venv ] || { mkdir -p \"$4/bin\" && cp '\(bench.path)/fetching' \"$4/bin/python\"; }")
    for name in ["apt-get", "sudo"] { try bench.program("bin/\(name)", "touch '\(bench.path)/installed'") }
    let result = try bench.run(
      "'\(Repository.file("Samples/attacks/install.sh"))'", ["SLUICE_INSTALL_SECONDS": "1"])
    #expect(result.status != 0 && result.errors.contains("the time for installing is over"), "\(result.errors)")
    #expect(try bench.run("! kill -0 $(cat pid)").status == 0)
    #expect(!bench.exists("installed") && !bench.exists("data/python/installed.txt"))
  }

  @Test("the commands that the demo prints work as they stand, whatever the checkout is called")
  func demo() throws {
    let bench = try Bench()
    let checkout = "a checkout (new)"
    let script = String(decoding: try Repository.bytes(Repository.file("Samples/demo.sh")), as: UTF8.self)
    try bench.program("\(checkout)/Samples/demo.sh", script)
    try bench.program("\(checkout)/Samples/install.sh", "exit 0")
    try bench.program("\(checkout)/built/sluice", "echo \"$(pwd): $*\" >> '\(bench.path)/asked'")
    try bench.program("bin/swift", "case \"$*\" in *--show-bin-path*) echo \"$(pwd)/built\" ;; esac")
    let shown = try bench.run("'\(checkout)/Samples/demo.sh'")
    #expect(shown.status == 0, "\(shown.errors)")
    let commands = shown.outputText.split(separator: "\n").drop { $0 != "Where to look next:" }.dropFirst()
      .filter { !$0.contains("curl") && !$0.contains("|") }
    #expect(commands.count >= 4)
    let typed = try bench.run("rm asked\n" + commands.joined(separator: "\n"))
    #expect(typed.status == 0 && typed.errors.isEmpty, "\(typed.errors)")
    let asked = String(decoding: try Repository.bytes("\(bench.path)/asked"), as: UTF8.self).split(separator: "\n")
    #expect(asked.count == commands.count - 1 && asked.allSatisfy { $0.contains("/\(checkout): ") })
  }
}

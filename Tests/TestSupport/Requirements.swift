import Foundation

/// What some tests need besides the checkout. A test that lacks it is skipped, and its name says what for.
package enum Requirements {
  /// Whether the inference engine is where a plain run of the command finds it.
  package static let hasEngine = isFound("SLUICE_OPENVINO") || installedEngine

  private static let installedEngine = FileManager.default.fileExists(atPath: "\(dataFolder)/openvino/openvino/libs")
  /// Whether `Samples/install.sh --imagenet` was run.
  package static let hasImageNetModel = FileManager.default.fileExists(atPath: "\(dataFolder)/imagenet/SOURCE.txt")

  /// Where `Samples/install.sh` puts things.
  package static let dataFolder: String = {
    let environment = ProcessInfo.processInfo.environment
    func value(_ name: String) -> String? { environment[name].flatMap { $0.isEmpty ? nil : $0 } }
    let shared = value("XDG_DATA_HOME").flatMap { $0.hasPrefix("/") ? $0 : nil }
    return value("SLUICE_DATA") ?? "\(shared ?? "\(environment["HOME"] ?? "")/.local/share")/sluice"
  }()

  package static let hasFFmpeg = succeeds("ffmpeg -version")
  package static let hasCurl = succeeds("curl --version | grep -q HTTP2")
  /// The Python of an environment that has Triton's client and MLServer; `nil` where there is none.
  package static let peersPython: String? = {
    let python = "\(dataFolder)/peers/bin/python"
    // Both describe the same messages, so one process cannot have both.
    let imports = ["import tritonclient.http, tritonclient.grpc", "import mlserver"]
    return imports.allSatisfy { succeeds("\(python) -c '\($0)'") } ? python : nil
  }()
  /// A program that tries a server against its OpenAPI description, where it is installed with the peers.
  package static let schemathesis: String? = {
    let program = "\(dataFolder)/peers/bin/schemathesis"
    return succeeds("\(program) --version") ? program : nil
  }()
  /// The Python of an environment with PyTorch and the toolboxes of attacks, as `Samples/install.sh --peers` installs it.
  package static let attackPython: String? = {
    let folder = "\(dataFolder)/python"
    return FileManager.default.fileExists(atPath: "\(folder)/installed.txt") ? "\(folder)/bin/python" : nil
  }()
  package static let hasOpenSSL = succeeds("openssl version")
  package static let hasSystemdAnalyze = succeeds("systemd-analyze --version")
  package static let hasScript = succeeds("script --version")
  package static let hasNumPy = succeeds("python3 -c 'import numpy'")

  private static func isFound(_ variable: String) -> Bool {
    ProcessInfo.processInfo.environment[variable].map { !$0.isEmpty } ?? false
  }

  private static func succeeds(_ script: String) -> Bool {
    (try? SluiceCommand.shell("\(script) >/dev/null 2>&1").status) == 0
  }
}

import Common
import Files

#if canImport(Glibc)
  import Glibc
#endif

/// Where the inference engine's C library may be, in the order in which the places are tried.
package struct OpenVINOLocator: Sendable {
  /// The variable that names the library or its folder.
  package static let environmentVariable = "SLUICE_OPENVINO"
  /// The command that puts the engine where it is found.
  package static let installCommand =
    "python3 -m pip install --upgrade --no-deps --target \(dataFolder)/openvino openvino"
  private static let dataFolder = "~/.local/share/sluice"
  private static let libraryPattern = "libopenvino_c.so*"

  private let setting: String?
  private let environment: [String: String]

  /// - Parameters:
  ///   - setting: a library or folder named by the operator; nothing else is tried then.
  package init(setting: String?, environment: [String: String]) {
    self.setting = setting
    self.environment = environment
  }

  /// Glob patterns that may match the library.
  package var patterns: [String] {
    if let setting { return Self.patterns(named: setting) }
    if let named = environment[Self.environmentVariable], !named.isEmpty { return Self.patterns(named: named) }
    let home = DataFolder.home(environment: environment)
    let wheels =
      ["\(DataFolder.path(environment: environment))/openvino"]
      + (environment["VIRTUAL_ENV"].map { ["\($0)/lib/python3*/site-packages"] } ?? [])
      + [
        "\(home)/.local/lib/python3*/site-packages", "/usr/local/lib/python3*/site-packages",
        "/usr/local/lib/python3*/dist-packages", "/usr/lib/python3*/dist-packages",
      ]
    let folders =
      wheels.map { "\($0)/openvino/libs" }
      + ["/opt/intel/openvino*/runtime/lib/*", "/usr/local/lib", "/usr/lib/*-linux-gnu", "/usr/lib64"]
    return folders.map { "\($0)/\(Self.libraryPattern)" }
  }

  /// The libraries that exist, in the order of the patterns.
  package func candidates() -> [String] {
    patterns.flatMap(Self.expand)
  }

  /// The error for when no library was found.
  package func notFound() -> SluiceError {
    SluiceError(
      .engineNotFound,
      "the inference engine OpenVINO was not found; looked for \(patterns.joined(separator: ", "))",
      remedy: "install it with `\(Self.installCommand)`, or name it in \(Self.environmentVariable)")
  }

  private static func patterns(named name: String) -> [String] {
    [name, "\(name)/\(libraryPattern)", "\(name)/openvino/libs/\(libraryPattern)"]
  }

  private static func expand(_ pattern: String) -> [String] {
    var matches = unsafe glob_t()
    defer { unsafe globfree(&matches) }
    guard unsafe glob(pattern, 0, nil, &matches) == 0 else { return [] }
    return unsafe (0..<Int(matches.gl_pathc)).compactMap { index in
      guard let path = unsafe matches.gl_pathv[index] else { return nil }
      let name = unsafe String(cString: path)
      return name.contains(".so") ? name : nil
    }
  }
}

extension SluiceError.Code {
  package static let engineNotFound = SluiceError.Code("engine-not-found")
  package static let engineFailed = SluiceError.Code("engine-failed")
  package static let modelNotFound = SluiceError.Code("model-not-found")
  package static let modelMismatch = SluiceError.Code("model-mismatch")
}

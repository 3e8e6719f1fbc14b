import Common
import Files
import Glibc

/// Where the inference engine's C library may be, in the order in which the places are tried.
package struct OpenVINOLocator: Sendable {
  /// The variable that names the library or its folder.
  package static let environmentVariable = "SLUICE_OPENVINO"
  /// What pip is to install: the versions that Sluice works with, as `Samples/install.sh` has them.
  package static let requirement = "openvino>=2025.4,<2027"
  private static let libraryPattern = "libopenvino_c.so*"

  private let setting: String?
  private let environment: [String: String]

  /// - Parameters:
  ///   - setting: a library or folder named by the operator; nothing else is tried then.
  package init(setting: String?, environment: [String: String]) {
    self.setting = setting
    self.environment = environment
  }

  /// Where installing puts a wheel.
  private var installedFolder: String { "\(DataFolder.path(environment: environment))/openvino" }

  /// What the variable names; `nil` where it names nothing.
  private var named: String? { environment.nonEmpty(Self.environmentVariable) }

  /// Glob patterns that may match the library.
  package var patterns: [String] {
    if let setting { return Self.patterns(named: setting) }
    if let named { return Self.patterns(named: named) }
    let home = UserFolder.home(environment) ?? UserFolder.nowhere
    let wheels =
      [installedFolder]
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
      remedy: remedyForNamed("names no such library")
        ?? "install it with `\(installCommand)`, or name it in \(Self.environmentVariable)")
  }

  /// The error for when none of the libraries that were found can be used.
  func unusable(_ failures: [String]) -> SluiceError {
    SluiceError(
      .engineFailed, failures.joined(separator: "; "),
      remedy: remedyForNamed("names no library that can be used")
        ?? "install a version that fits with `\(installCommand)`")
  }

  /// Nothing that is installed elsewhere helps where one place is named; `nil` where none is.
  private func remedyForNamed(_ problem: String) -> String? {
    if let setting { return "\(setting) \(problem); correct it" }
    return named == nil ? nil : "\(Self.environmentVariable) \(problem); correct it, or unset it"
  }

  /// The command that puts the engine where it is found.
  private var installCommand: String {
    "python3 -m pip install --upgrade --no-deps --target '\(installedFolder)' '\(Self.requirement)'"
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

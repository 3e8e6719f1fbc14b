import Common
import Files
import FilterPipeline
import FoundationEssentials
import Yams

/// What was set, and where: a flag goes before the environment, and that before the configuration file.
package struct SettingTexts: Sendable {
  package struct Given: Sendable, Hashable {
    package var text: String
    /// Where it was set, for people, as in `--queue` or `gateway.yaml:3`; `nil` for a default.
    package var origin: String?
  }

  private var given: [String: Given] = [:]
  private static let maxBytes = 1_000_000

  /// - Parameters:
  ///   - flags: what the command line says, by the names of settings.
  ///   - environment: all variables; unknown ones that begin with `SLUICE_` are left to others. An empty one sets nothing.
  ///   - file: the configuration file, YAML: a mapping whose keys are the names of settings.
  /// - Throws: `unreadable-file`; `invalid-setting` for an unknown key.
  package init(
    flags: [String: String], environment: [String: String], file: String?
  ) throws(SluiceError) {
    let settings = SettingSections.settings
    if let file { given = try Self.read(file, settings) }
    for setting in settings {
      if let text = environment[setting.variable], !text.isEmpty {
        given[setting.name] = Given(text: text, origin: "$\(setting.variable)")
      }
      if let text = flags[setting.name] { given[setting.name] = Given(text: text, origin: "--\(setting.flag)") }
    }
  }

  package subscript(setting: any DeclaredSetting) -> Given {
    given[setting.name] ?? Given(text: setting.defaultText, origin: nil)
  }

  private static func read(
    _ path: String, _ settings: [any DeclaredSetting]
  ) throws(SluiceError) -> [String: Given] {
    let document = YAMLDocument(
      try readFile(path, atMost: maxBytes), file: path, maxBytes: maxBytes, code: .invalidSetting)
    guard let root = try document.root() else { return [:] }
    guard let mapping = root.mapping else {
      throw SluiceError(.invalidSetting, "\(path): is not a mapping of settings")
    }
    let folder = path.containingFolder
    var given: [String: Given] = [:]
    for (key, node) in mapping {
      let place = "\(path):\(key.mark?.line ?? 1)"
      guard let setting = settings.first(where: { $0.name == key.string }) else {
        throw SluiceError(
          .invalidSetting, "\(place): `\(key.string ?? "?")` is not a setting",
          remedy: "settings are \(settings.map(\.name).joined(separator: ", "))")
      }
      given[setting.name] = Given(text: try Self.text(of: node, setting, place, folder), origin: place)
    }
    return given
  }

  /// A scalar, or a list of them, which stands for one text with commas; paths count from the file's folder.
  private static func text(
    of node: Node, _ setting: any DeclaredSetting, _ place: String, _ folder: String
  ) throws(SluiceError) -> String {
    if let scalar = node.scalar?.string {
      return setting.notation.isPath(scalar) ? scalar.path(inFolder: folder) : scalar
    }
    let scalars = node.sequence?.compactMap { $0.scalar?.string }
    guard let scalars, scalars.count == node.sequence?.count, setting.notation.kind == .list else {
      throw SluiceError(.invalidSetting, "\(place): `\(setting.name)` takes one value")
    }
    return scalars.joined(separator: ",")
  }

  /// All settings as a configuration file, each with where it comes from. It means the same wherever it lies: paths are
  /// absolute. Of secrets it says that they are set.
  package var yaml: String {
    SettingSections.all.map { section in
      "# \(section.title)\n" + section.settings.map(line).joined()
    }.joined(separator: "\n")
  }

  private func line(_ setting: any DeclaredSetting) -> String {
    let given = self[setting]
    let origin = "  # \(given.origin ?? "default")\n"
    // A comment: whatever stood there as the value would be taken for the secret.
    guard !setting.isSecret || given.text.isEmpty else { return "# \(setting.name): set, and not shown" + origin }
    let shown =
      setting.notation.isPath(given.text)
      ? given.text.path(inFolder: FileManager.default.currentDirectoryPath) : given.text
    return "\(setting.name): \(JSONValue.string(shown).text)" + origin
  }
}

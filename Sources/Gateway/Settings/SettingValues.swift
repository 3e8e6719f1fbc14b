import Common
import Files
import FilterPipeline
import Yams

/// What was set, and where: a flag goes before the environment, and that before the configuration file.
package struct SettingValues: Sendable {
  package struct Value: Sendable, Hashable {
    package var text: String
    /// For people, as in `--queue` or `gateway.yaml:3`.
    package var origin: String

    /// The origin of what nobody has set.
    static let standard = "default"

    package init(_ text: String, from origin: String) {
      self.text = text
      self.origin = origin
    }
  }

  private var values: [SettingName: Value] = [:]
  private static let mostBytes = 1_000_000

  /// - Parameters:
  ///   - flags: what the command line says.
  ///   - environment: all variables; unknown ones that begin with `SLUICE_` are left to others.
  ///   - file: the configuration file, YAML: a mapping of names as in `SettingName`.
  /// - Throws: `unreadable-file`; `invalid-setting` for an unknown key.
  package init(
    flags: [SettingName: String], environment: [String: String], file: String?
  ) throws(SluiceError) {
    if let file { values = try Self.read(file) }
    for name in SettingName.allCases {
      if let text = environment[name.variable], !text.isEmpty { values[name] = Value(text, from: "$\(name.variable)") }
      if let text = flags[name] { values[name] = Value(text, from: "--\(name.flag)") }
    }
  }

  package subscript(name: SettingName) -> Value {
    values[name] ?? Value(name.standard, from: Value.standard)
  }

  private static func read(_ path: String) throws(SluiceError) -> [SettingName: Value] {
    let yaml = String(decoding: try readFile(path, atMost: mostBytes), as: UTF8.self)
    let root: Node?
    do {
      root = try Yams.compose(yaml: yaml)
    } catch {
      throw SluiceError(.invalidSetting, "\(path): not valid YAML: \(error)")
    }
    guard let root else { return [:] }
    guard let mapping = root.mapping else { throw SluiceError(.invalidSetting, "\(path): is no mapping of settings") }
    let folder = path.containingFolder
    var values: [SettingName: Value] = [:]
    for (key, node) in mapping {
      let place = "\(path):\(key.mark?.line ?? 1)"
      guard let name = key.string.flatMap(SettingName.init(rawValue:)) else {
        throw SluiceError(
          .invalidSetting, "\(place): `\(key.string ?? "?")` is no setting",
          remedy: "settings are \(SettingName.allCases.map(\.rawValue).joined(separator: ", "))")
      }
      values[name] = Value(try text(of: node, name, place, folder), from: place)
    }
    return values
  }

  /// A scalar, or a list of them, which stands for one text with commas; paths count from the file's folder.
  private static func text(
    of node: Node, _ name: SettingName, _ place: String, _ folder: String
  ) throws(SluiceError) -> String {
    if let scalar = node.scalar?.string {
      let isPath = name.isPath && !(name == .audit && scalar == "off")
      return isPath && !scalar.isEmpty && !scalar.hasPrefix("/") && folder != "." ? "\(folder)/\(scalar)" : scalar
    }
    let scalars = node.sequence?.compactMap { $0.scalar?.string }
    guard let scalars, scalars.count == node.sequence?.count, name == .upstream || name == .mode else {
      throw SluiceError(.invalidSetting, "\(place): `\(name.rawValue)` takes one value")
    }
    return scalars.joined(separator: ",")
  }

  /// All settings as a configuration file, each with where it comes from; secrets are left out.
  package var yaml: String {
    SettingName.allCases.map { name in
      let value = self[name]
      let shown = name.isSecret && !value.text.isEmpty ? "(hidden)" : value.text
      return "\(name.rawValue): \(JSONValue.string(shown).text)  # \(value.origin)\n"
    }.joined()
  }
}

import ArgumentParser
import Gateway

/// A section of settings as flags, made from their declarations.
///
/// The parser finds the arguments of a type by reflecting its properties. Here it finds one for each setting of the
/// section, so that a flag is not declared a second time.
struct SettingFlags<Section: SettingSection>: ParsableArguments, CustomReflectable {
  /// What the command line says, by the names of settings; nothing for what it leaves to others.
  private(set) var texts: [String: String] = [:]

  init() {}

  init(from decoder: any Decoder) throws {
    let container = try decoder.container(keyedBy: Key.self)
    for setting in Section.settings {
      let key = Key(stringValue: setting.name)
      texts[setting.name] =
        if setting.notation.kind == .toggle {
          try container.decode(Flag<Bool?>.self, forKey: key).wrappedValue.map { $0 ? "true" : "false" }
        } else {
          try container.decode(Option<String?>.self, forKey: key).wrappedValue
        }
    }
  }

  var customMirror: Mirror {
    Mirror(self, children: Section.settings.map { (label: $0.name, value: Self.argument(for: $0)) })
  }

  private static func argument(for setting: any DeclaredSetting) -> Any {
    let name = NameSpecification([.customLong(setting.flag)] + (setting.letter.map { [.customShort($0)] } ?? []))
    if setting.notation.kind == .toggle {
      return Flag<Bool?>(name: name, inversion: .prefixedNo, help: ArgumentHelp(setting))
    }
    return Option<String?>(name: name, help: ArgumentHelp(setting), completion: CompletionKind(setting.notation))
  }

  /// Each setting's name is a key.
  private struct Key: CodingKey {
    let stringValue: String
    var intValue: Int? { nil }

    init(stringValue: String) { self.stringValue = stringValue }
    init?(intValue: Int) { nil }
  }
}

extension ArgumentHelp {
  /// What a setting is, what is permitted, and what holds where nobody sets it.
  fileprivate init(_ setting: any DeclaredSetting) {
    let isToggle = setting.notation.kind == .toggle
    let facts =
      isToggle ? [] : [setting.notation.range, setting.defaultDescription.map { "default: \($0)" }].compactMap(\.self)
    let ending = facts.isEmpty ? "" : " (\(facts.joined(separator: "; ")))"
    self.init("\(setting.help)\(ending)", valueName: setting.notation.placeholder)
  }
}

extension CompletionKind {
  fileprivate init(_ notation: SettingNotation) {
    switch notation.kind {
    case .file(let endings): self = .file(extensions: endings)
    case .folder: self = .directory
    case .text, .list, .toggle: self = notation.words.isEmpty ? .default : .list(notation.words)
    }
  }
}

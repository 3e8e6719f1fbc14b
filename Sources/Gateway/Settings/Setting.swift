import Common

/// One thing about the gateway that can be set, declared once.
///
/// Its flag, its variable, its key in the configuration file, the help, the reference and the errors all follow from this.
/// To add one is to add one property to a `SettingSection`, and nothing else.
package struct Setting<Value: Sendable>: Sendable {
  /// The key in the configuration file, such as `maxBody`; the same as the property that declares it.
  package let name: String
  package let form: SettingForm<Value>
  /// What holds where nobody sets it.
  package let `default`: Value
  /// What the default comes to, in words, where the value alone does not say it.
  package let defaultMeaning: String?
  /// Not to be shown to anybody.
  package let isSecret: Bool
  /// The letter of a short flag beside the long one.
  package let letter: Character?
  /// One line for people.
  package let help: String

  init(
    _ name: String, _ form: SettingForm<Value>, default: Value, meaning defaultMeaning: String? = nil,
    isSecret: Bool = false, letter: Character? = nil, help: String
  ) {
    self.name = name
    self.form = form
    self.default = `default`
    self.defaultMeaning = defaultMeaning
    self.isSecret = isSecret
    self.letter = letter
    self.help = help
  }
}

/// A setting, whatever the type of its value is.
package protocol DeclaredSetting: Sendable {
  var name: String { get }
  var notation: SettingNotation { get }
  /// The default as a person would write it; empty for none.
  var defaultText: String { get }
  var defaultMeaning: String? { get }
  var isSecret: Bool { get }
  var letter: Character? { get }
  var help: String { get }

  /// The value that a text stands for.
  ///
  /// - Throws: `invalid-setting`, naming the setting, where it was set, and what is permitted.
  func value(in texts: SettingTexts) throws(SluiceError) -> any Sendable
}

extension Setting: DeclaredSetting {
  package var notation: SettingNotation { form.notation }
  package var defaultText: String { form.write(`default`) }

  /// A value in a box of its type, so that it can be found again whether it is an optional or not.
  struct Held: Sendable {
    let value: Value
  }

  package func value(in texts: SettingTexts) throws(SluiceError) -> any Sendable {
    let text = texts[self].text
    switch form.read(text) {
    case .success(let value): return Held(value: value)
    case .failure(.notPermitted):
      // What is wrong with a secret is said without repeating it.
      let given = isSecret ? "" : ", not `\(text)`"
      throw error("takes \(notation.permitted)\(given)", in: texts)
    case .failure(.because(let reason, let remedy)): throw error(reason, in: texts, remedy: remedy)
    }
  }
}

extension DeclaredSetting {
  /// `maxBody` → `max-body`, as in the flag.
  package var flag: String { words.joined(separator: "-") }

  /// `maxBody` → `SLUICE_MAX_BODY`.
  package var variable: String { "SLUICE_" + words.joined(separator: "_").uppercased() }

  private var words: [String] {
    var words = [""]
    for character in name {
      if character.isUppercase { words.append("") }
      words[words.count - 1] += character.lowercased()
    }
    return words
  }

  /// What holds where nobody sets it, for people; `nil` for nothing.
  package var defaultDescription: String? { defaultMeaning ?? (defaultText.isEmpty ? nil : defaultText) }

  /// An error that names the setting and where it was set, such as `queue (--queue) takes …`.
  func error(_ what: String, in texts: SettingTexts, remedy: String? = nil) -> SluiceError {
    let place = texts[self].origin.map { " (\($0))" } ?? ""
    return SluiceError(.invalidSetting, "\(name)\(place) \(what)", remedy: remedy)
  }

  /// An error for a setting that is needed and that nobody has set.
  func missing(in texts: SettingTexts) -> SluiceError {
    error("is not set", in: texts, remedy: "set it with --\(flag), \(variable) or in the configuration file")
  }
}

/// How a setting's value is written: from text to a value, and back.
package struct SettingForm<Value: Sendable>: Sendable {
  package let notation: SettingNotation
  let read: @Sendable (String) -> Result<Value, SettingRefusal>
  let write: @Sendable (Value) -> String

  init(
    _ notation: SettingNotation, read: @escaping @Sendable (String) -> Result<Value, SettingRefusal>,
    write: @escaping @Sendable (Value) -> String
  ) {
    self.notation = notation
    self.read = read
    self.write = write
  }

  /// - Parameters:
  ///   - value: `nil` for a text that is not permitted.
  init(
    _ notation: SettingNotation, value: @escaping @Sendable (String) -> Value?,
    write: @escaping @Sendable (Value) -> String
  ) {
    self.init(
      notation,
      read: { text in
        guard let value = value(text) else { return .failure(.notPermitted) }
        return .success(value)
      }, write: write)
  }
}

/// Why a text is no value of a setting.
enum SettingRefusal: Error {
  /// It is not what the notation permits.
  case notPermitted
  /// For a reason that the notation does not say.
  case because(String, remedy: String?)
}

/// What people need to know to write a setting's value.
package struct SettingNotation: Sendable, Hashable {
  package enum Kind: Sendable, Hashable {
    case text
    /// On or off: a flag without a value.
    case toggle
    /// Several texts, which stand between commas, or as a list in the configuration file.
    case list
    /// The path of a file, with the endings that it usually has.
    case file(endings: [String] = [])
    /// The path of a folder.
    case folder
  }

  package var kind = Kind.text
  /// What stands for the value in help, as in `--queue <n>`.
  package var placeholder: String
  /// What is permitted, as it follows "takes".
  package var permitted: String
  /// What is permitted in few words, for help; `nil` where the placeholder or the help says it.
  package var range: String?
  /// Every word that is permitted, or those that are permitted beside other values.
  package var words: [String] = []

  /// Whether a text names a file or a folder, which in a configuration file counts from that file's folder.
  func isPath(_ text: String) -> Bool {
    switch kind {
    case .file, .folder: !text.isEmpty && !words.contains(text)
    case .text, .toggle, .list: false
    }
  }
}

extension SettingForm {
  /// A value, or none where the text is empty.
  static func optional<Wrapped>(_ form: SettingForm<Wrapped>) -> Self where Value == Wrapped? {
    either(form, "", form.notation)
  }

  /// A value, or none for the word `off`.
  static func orOff<Wrapped>(_ form: SettingForm<Wrapped>) -> Self where Value == Wrapped? {
    var notation = form.notation
    notation.permitted += ", or off"
    notation.words.append("off")
    return either(form, "off", notation)
  }

  private static func either<Wrapped>(
    _ form: SettingForm<Wrapped>, _ nothing: String, _ notation: SettingNotation
  ) -> Self where Value == Wrapped? {
    SettingForm(
      notation, read: { text in text == nothing ? .success(nil) : form.read(text).map { $0 } },
      write: { value in value.map(form.write) ?? nothing })
  }
}

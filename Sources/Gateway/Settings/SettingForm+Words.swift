import AuditLog

extension SettingForm<String> {
  /// Any text.
  static func text(_ placeholder: String, permitted: String) -> Self {
    SettingForm(SettingNotation(placeholder: placeholder, permitted: permitted), value: { $0 }, write: { $0 })
  }

  /// The path of a file.
  static func file(endings: [String] = []) -> Self {
    SettingForm(
      SettingNotation(kind: .file(endings: endings), placeholder: "file", permitted: "the path of a file"),
      value: { $0 }, write: { $0 })
  }

  /// The path of a folder, or the word `off`.
  static var folderOrOff: Self {
    SettingForm(
      SettingNotation(
        kind: .folder, placeholder: "folder", permitted: "the path of a folder, or off", words: ["off"]),
      value: { $0 }, write: { $0 })
  }

  /// What a model is called.
  static var modelName: Self {
    SettingForm(
      SettingNotation(placeholder: "name", permitted: ModelName.permitted),
      value: { ModelName.isName($0) ? $0 : nil }, write: { $0 })
  }

  /// What a chain of audit records is called.
  static var writerName: Self {
    SettingForm(
      SettingNotation(placeholder: "name", permitted: "up to 64 letters, digits and `-_.`"),
      value: { AuditWriterName.isName($0) ? $0 : nil }, write: { $0 })
  }
}

extension SettingForm<Bool> {
  static var toggle: Self {
    SettingForm(
      SettingNotation(
        kind: .toggle, placeholder: "true|false", permitted: "true or false", words: ["true", "false"]),
      value: { text in
        switch text.lowercased() {
        case "true", "yes", "on", "1": true
        case "false", "no", "off", "0": false
        default: nil
        }
      }, write: { $0 ? "true" : "false" })
  }
}

extension SettingForm where Value: RawRepresentable<String> & CaseIterable {
  /// One of the words that the type has.
  static func oneWord(_ placeholder: String) -> Self {
    let words = Value.allCases.map(\.rawValue)
    return SettingForm(
      SettingNotation(
        placeholder: placeholder, permitted: enumeration(words), range: enumeration(words), words: words),
      value: { Value(rawValue: $0) }, write: \.rawValue)
  }
}

/// `a, b or c`.
func enumeration(_ words: [String]) -> String {
  guard let last = words.last, words.count > 1 else { return words.joined() }
  return "\(words.dropLast().joined(separator: ", ")) or \(last)"
}

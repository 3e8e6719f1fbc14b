import Gateway

/// The tables of settings in `Sources/Gateway/README.md`, as the declarations have it.
enum SettingReference {
  static func table(_ section: any SettingSection.Type) -> String {
    """
    ### \(section.title)

    | key | flag | variable | default | takes | what it is |
    |---|---|---|---|---|---|

    """ + section.settings.map(row).joined()
  }

  private static func row(_ setting: any DeclaredSetting) -> String {
    let letter = setting.letter.map { "`-\($0)`, " } ?? ""
    let secret = setting.isSecret ? " It is a secret, and never printed." : ""
    let cells = [
      "`\(setting.name)`", "\(letter)`--\(setting.flag)`", "`\(setting.variable)`", defaultText(setting),
      permitted(setting.notation), setting.help + secret,
    ]
    return "| \(cells.joined(separator: " | ")) |\n"
  }

  private static func defaultText(_ setting: any DeclaredSetting) -> String {
    setting.defaultMeaning ?? (setting.defaultText.isEmpty ? "–" : "`\(setting.defaultText)`")
  }

  /// The range, where there is one; the words that are permitted beside it follow from what is permitted in all.
  private static func permitted(_ notation: SettingNotation) -> String {
    guard let range = notation.range else { return notation.permitted }
    return notation.permitted.hasSuffix(", or off") ? "\(range), or off" : range
  }
}

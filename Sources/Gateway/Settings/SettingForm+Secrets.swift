import AuditLog

extension SettingForm<String> {
  /// A token that clients show.
  static var token: Self {
    SettingForm(
      SettingNotation(
        placeholder: "token", permitted: "a token of at least \(BearerTokens.shortest) characters"),
      read: { text in
        guard text.utf8.count < BearerTokens.shortest else { return .success(text) }
        return .failure(.because("is a token of fewer than \(BearerTokens.shortest) characters", remedy: tokenRemedy))
      }, write: { $0 })
  }

  /// A token of a reviewer, with a name before it or none.
  static var reviewerToken: Self {
    SettingForm(
      SettingNotation(
        placeholder: "token",
        permitted: "a token of at least \(BearerTokens.shortest) characters, alone or as NAME:TOKEN"),
      value: { ReviewerTokens(lines: [$0]) == nil ? nil : $0 }, write: { $0 })
  }
}

/// How to make a token.
let tokenRemedy = "make one with `head -c 24 /dev/urandom | base64`"

extension SettingForm<QuarantineCipher> {
  static var encryptionKey: Self {
    SettingForm(
      SettingNotation(placeholder: "key", permitted: "32 bytes in base64 or hexadecimal"),
      value: { try? QuarantineCipher(secretText: $0) },
      // No default has a key, and what is set is shown to nobody.
      write: { _ in "" })
  }
}

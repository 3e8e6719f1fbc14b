import Common

/// A certificate chain and its key.
package struct TLSFiles: Sendable, Hashable {
  package let certificate: String
  package let key: String
}

/// Puts together who may talk to the gateway, and under which certificate.
struct AccessReader {
  let texts: SettingTexts
  let values: SettingValues<ListeningSection>

  private let section = ListeningSection()

  init(texts: SettingTexts, values: SettingValues<ListeningSection>) {
    self.texts = texts
    self.values = values
  }

  /// - Throws: `invalid-setting` where one of the two files is missing.
  func tls() throws(SluiceError) -> TLSFiles? {
    switch (values[\.tlsCertificate], values[\.tlsKey]) {
    case (nil, nil): nil
    case (let certificate?, let key?): TLSFiles(certificate: certificate, key: key)
    case (nil, _): throw section.tlsKey.error("is set without tlsCertificate", in: texts)
    case (_, nil): throw section.tlsCertificate.error("is set without tlsKey", in: texts)
    }
  }

  /// The tokens of the setting and of the file, together.
  ///
  /// - Throws: `invalid-setting` for a token that is too short, or a file without any; `unreadable-file`.
  func tokens() throws(SluiceError) -> BearerTokens {
    var tokens = values[\.token].map { [$0] } ?? []
    if let path = values[\.tokenFile] {
      let lines = try TokenFile.lines(path, of: section.tokenFile, texts)
      guard lines.allSatisfy({ $0.utf8.count >= BearerTokens.shortest }) else {
        throw section.tokenFile.error(
          "has a token of fewer than \(BearerTokens.shortest) characters", in: texts, remedy: tokenRemedy)
      }
      tokens += lines
    }
    return BearerTokens(tokens)
  }
}

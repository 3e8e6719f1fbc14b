import AuditLog
import Common
import Files
import FilterPipeline

/// Puts together what may stand in a setting or in a file that another one names.
struct AuditSecretReader {
  let texts: SettingTexts
  let values: SettingValues<AuditSection>

  private let section = AuditSection()
  private static let maxKeyBytes = 10_000

  init(texts: SettingTexts, values: SettingValues<AuditSection>) {
    self.texts = texts
    self.values = values
  }

  func cipher() throws(SluiceError) -> QuarantineCipher {
    let cipher = values[\.auditEncryptionKey]
    guard let path = values[\.auditEncryptionKeyFile] else { return cipher ?? QuarantineCipher.none }
    guard cipher == nil else {
      throw section.auditEncryptionKeyFile.error("and auditEncryptionKey are both set", in: texts)
    }
    let text = String(decoding: try readFile(path, atMost: Self.maxKeyBytes), as: UTF8.self)
    do throws(SluiceError) {
      return try QuarantineCipher(secretText: text)
    } catch {
      throw section.auditEncryptionKeyFile.error("names a file without a key", in: texts, remedy: error.message)
    }
  }

  func reviewers() throws(SluiceError) -> ReviewerTokens? {
    var lines = values[\.auditToken].map { [$0] } ?? []
    if let path = values[\.auditTokenFile] {
      lines += try TokenFile.lines(path, of: section.auditTokenFile, isNamed: true, texts)
    }
    guard !lines.isEmpty else { return nil }
    guard let tokens = ReviewerTokens(lines: lines) else {
      throw section.auditTokenFile.error(
        "takes tokens of at least \(BearerTokens.shortest) characters, each with a name before it or none, as in NAME:TOKEN",
        in: texts, remedy: "write NAME+private:TOKEN for somebody who may see private detectors")
    }
    return tokens
  }
}

import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

/// What the gateway records, where, and who may look at it.
package struct AuditSettings: Sendable {
  package let location: AuditLocation
  package let writer: String
  package let signingKey: String?
  package let clean: Double
  package let cleanImages: Double
  package let limits: QuarantineLimits
  package let checkpoint: Duration
  package let failOpen: Bool
  /// Who may look at the pages; `nil` for a token that is made.
  package let reviewers: ReviewerTokens?
  /// Reads what stands in files again.
  let secrets: AuditSecretReader

  /// - Returns: `nil` where no audit is wanted.
  /// - Throws: `invalid-setting`, `unreadable-file`; `audit-unavailable` where neither a setting nor the environment says a folder.
  init?(_ texts: SettingTexts, _ environment: [String: String]) throws(SluiceError) {
    let values = try SettingValues<AuditSection>(texts)
    let named = values[\.audit]
    guard named != "off" else { return nil }
    let folder = if let named { named } else { try AuditFolder.standardPath(environment) }
    secrets = AuditSecretReader(texts: texts, values: values)
    location = AuditLocation(
      folder: AuditFolder(folder), database: values[\.auditDatabase], cipher: try secrets.cipher())
    writer = values[\.auditWriter] ?? AuditWriterName.ofThisHost
    signingKey = values[\.auditSigningKey]
    clean = values[\.auditClean]
    cleanImages = values[\.auditCleanImages]
    limits = QuarantineLimits(bytes: values[\.auditMaxBytes], age: values[\.auditMaxAge])
    checkpoint = values[\.auditCheckpoint]
    failOpen = values[\.auditFailOpen]
    reviewers = try secrets.reviewers()
  }
}

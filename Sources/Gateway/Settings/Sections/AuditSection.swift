/// What the gateway records, where, and who may look at it.
package struct AuditSection: SettingSection {
  package static let title = "Audit log"
  package init() {}

  package let audit = Setting(
    "audit", .optional(.folderOrOff), default: nil, meaning: "`sluice/audit` among the state of this user",
    help: "The folder of the audit log; off for none.")
  package let auditDatabase = Setting(
    "auditDatabase", .optional(.text("url", permitted: "a connection string of libpq")), default: nil,
    meaning: "SQLite in the folder", isSecret: true, help: "A PostgreSQL that gateways share, as libpq takes it.")
  package let auditWriter = Setting(
    "auditWriter", .optional(.writerName), default: nil, meaning: "the host's name",
    help: "What this gateway's chain of records is called.")
  package let auditClient = Setting(
    "auditClient", .client, default: .address,
    help:
      "What records call a client; of a token, the beginning of its digest; of a header field, the last element of its list."
  )
  package let auditClean = Setting(
    "auditClean", .share, default: 1, help: "The share of clean images that have a record.")
  package let auditCleanImages = Setting(
    "auditCleanImages", .share, default: 0, help: "The share of those whose bytes are kept as well.")
  package let auditMaxBytes = Setting(
    "auditMaxBytes", .orOff(.size(0...1_000_000_000_000_000)), default: 10_000_000_000,
    help: "The maximum size of the images that are kept; the oldest go first; off for no limit.")
  package let auditMaxAge = Setting(
    "auditMaxAge", .orOff(.duration(.seconds(1) ... .seconds(36_500 * 86_400))), default: .seconds(180 * 86_400),
    help: "How long images are kept; off to keep them for ever.")
  package let auditCheckpoint = Setting(
    "auditCheckpoint", .duration(.seconds(1) ... .seconds(86_400)), default: .seconds(600),
    help: "How often the chain is signed, if it has grown.")
  package let auditSigningKey = Setting(
    "auditSigningKey", .optional(.file()), default: nil, meaning: "in the folder",
    help: "The file of the key that signs. It is made where there is none.")
  package let auditEncryptionKey = Setting(
    "auditEncryptionKey", .optional(.encryptionKey), default: nil,
    isSecret: true,
    help: "Encrypts kept images: 32 bytes in base64. It is better kept in a file or in the environment.")
  package let auditEncryptionKeyFile = Setting(
    "auditEncryptionKeyFile", .optional(.file()), default: nil,
    help:
      "A file with that key. Further lines may hold former keys: the first encrypts, and each decrypts what was encrypted with it."
  )
  package let auditFailOpen = Setting(
    "auditFailOpen", .toggle, default: false,
    help: "Answer even when the audit log cannot be written, and count what is not recorded.")
  package let auditToken = Setting(
    "auditToken", .optional(.reviewerToken), default: nil, isSecret: true,
    help: "A token for the audit pages. It is better kept in a file or in the environment.")
  package let auditTokenFile = Setting(
    "auditTokenFile", .optional(.file()), default: nil, meaning: "one is made, in the folder",
    help:
      "Tokens for the audit pages, one on each line, as NAME:TOKEN, or NAME+private:TOKEN for who may see private detectors. SIGHUP has them read again."
  )
}

import AuditLog
import Auditing
import Common
import Files
import FilterPipeline
import HTTPTypes

/// What the gateway records, where, and who may look at it.
package struct AuditSettings: Sendable {
  package var location: AuditLocation
  package var writer: String
  package var signingKeyPath: String?
  package var client: ClientIdentity
  package var cleanRecords: Double
  package var cleanImages: Double
  package var limits: QuarantineLimits
  package var checkpointInterval: Duration
  package var failsOpen: Bool
  /// Who may look at the pages; `nil` for a token that is made.
  package var reviewers: ReviewerTokens?

  /// - Returns: `nil` where no audit is wanted.
  /// - Throws: `invalid-setting`, `invalid-key`, `unreadable-file`.
  init?(_ read: SettingReader, standardFolder: String) throws(SluiceError) {
    let folder = read.optional(.audit) ?? standardFolder
    guard folder != "off" else { return nil }
    location = AuditLocation(
      folder: AuditFolder(folder), database: read.optional(.auditDatabase), cipher: try read.quarantineCipher())
    writer = try read.auditWriter()
    signingKeyPath = read.optional(.auditSigningKey)
    client = try read.clientIdentity()
    cleanRecords = try read.share(.auditClean)
    cleanImages = try read.share(.auditCleanImages)
    limits = QuarantineLimits(
      bytes: try read.unlessOff(.auditMaxBytes) { name throws(SluiceError) in
        try read.bytes(name, 0...1_000_000_000_000_000)
      },
      age: try read.unlessOff(.auditMaxAge) { name throws(SluiceError) in try read.duration(name, 1...3_153_600_000) })
    checkpointInterval = try read.duration(.auditCheckpoint, 1...86_400)
    failsOpen = try read.flag(.auditFailOpen)
    reviewers = try read.reviewers()
  }
}

/// What records call a client.
package enum ClientIdentity: Sendable, Hashable {
  case none
  case address
  /// The beginning of the token's digest: tells clients apart, and nobody can send it.
  case token
  case header(String)
}

extension SettingReader {
  fileprivate func auditWriter() throws(SluiceError) -> String {
    guard let name = optional(.auditWriter) else { return AuditWriterName.ofThisHost }
    guard AuditWriterName.isName(name) else {
      throw error(.auditWriter, "takes up to 64 letters, digits and `-_.`, not `\(name)`")
    }
    return name
  }

  fileprivate func clientIdentity() throws(SluiceError) -> ClientIdentity {
    let text = values[.auditClient].text
    switch text {
    case "none": return .none
    case "address": return .address
    case "token": return .token
    case _ where text.hasPrefix("header:"):
      let name = String(text.dropFirst("header:".count))
      guard HTTPField.Name(name) != nil else { break }
      return .header(name)
    default: break
    }
    throw error(.auditClient, "takes address, token, header:NAME or none, not `\(text)`")
  }

  fileprivate func share(_ name: SettingName) throws(SluiceError) -> Double {
    let text = values[name].text
    if text == "all" { return 1 }
    if text == "none" { return 0 }
    guard let share = Double(text), (0...1).contains(share) else {
      throw error(name, "takes all, none or a share from 0 to 1, not `\(text)`")
    }
    return share
  }

  fileprivate func unlessOff<Value>(
    _ name: SettingName, _ read: (SettingName) throws(SluiceError) -> Value
  ) throws(SluiceError) -> Value? {
    values[name].text == "off" ? nil : try read(name)
  }

  fileprivate func quarantineCipher() throws(SluiceError) -> QuarantineCipher {
    var secret = optional(.auditEncryptionKey)
    if let path = optional(.auditEncryptionKeyFile) {
      guard secret == nil else { throw error(.auditEncryptionKeyFile, "and auditEncryptionKey are both set") }
      secret = String(decoding: try readFile(path, atMost: 10_000), as: UTF8.self)
    }
    return try secret.map { (text) throws(SluiceError) in try QuarantineCipher(secretText: text) } ?? .none
  }

  fileprivate func reviewers() throws(SluiceError) -> ReviewerTokens? {
    var lines = optional(.auditToken).map { [$0] } ?? []
    if let path = optional(.auditTokenFile) { lines += try tokenLines(.auditTokenFile, path) }
    guard !lines.isEmpty else { return nil }
    guard let tokens = ReviewerTokens(lines: lines) else {
      throw error(
        optional(.auditTokenFile) == nil ? .auditToken : .auditTokenFile,
        "takes tokens of at least \(BearerTokens.shortest) characters, each with a name before it or none, as in NAME:TOKEN",
        remedy: "write NAME+private:TOKEN for who may see private detectors"
      )
    }
    return tokens
  }
}

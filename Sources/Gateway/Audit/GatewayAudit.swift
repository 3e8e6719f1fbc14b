import AuditLog
import Auditing
import Common
import Logging
import Synchronization

/// The gateway's side of the audit log: no verdict leaves before its record is durable.
package struct GatewayAudit: Sendable {
  package let recorder: AuditRecorder
  package let location: AuditLocation
  let settings: AuditSettings
  let signingKey: AuditSigningKey
  /// Who may look at the pages.
  let reviewers: ReviewerTokens
  private let failures = Failures()
  private let metrics: GatewayMetrics
  private let log: Logger

  private final class Failures: Sendable {
    let refused = Atomic<Int>(0)
    let lost = Atomic<Int>(0)
  }

  /// Requests that were refused because they could not be recorded.
  var refusals: Int { failures.refused.load(ordering: .relaxed) }
  /// Verdicts that were given although they could not be recorded, as far as was known then.
  var losses: Int { failures.lost.load(ordering: .relaxed) }

  /// How long a transaction may take before requests are refused, or answered unrecorded: less than most requests may.
  private static let patience = Duration.seconds(5)

  /// Opens the log.
  ///
  /// - Throws: `audit-unavailable`, `invalid-key`.
  package init(
    _ settings: AuditSettings, version: String, metrics: GatewayMetrics, log: Logger
  ) throws(SluiceError) {
    self.settings = settings
    self.metrics = metrics
    self.log = log
    location = settings.location
    let store = try Self.opened(settings.location)
    signingKey = try settings.location.folder.signingKey(in: settings.signingKey, for: settings.writer)
    reviewers = if let named = settings.reviewers { named } else { try Self.ownToken(settings.location.folder, log) }
    let writer = AuditWriter(store, name: settings.writer, patience: Self.patience) {
      metrics.noteCommit(entries: $0, seconds: $1)
    }
    recorder = AuditRecorder(
      writer,
      RecordingPolicy(cleanRecords: settings.clean, cleanImages: settings.cleanImages, build: version),
      rejections: RejectionLimit(), givesUp: settings.failOpen)
  }

  /// - Throws: `audit-unavailable`; of a folder that nobody may have named, with what to name.
  private static func opened(_ location: AuditLocation) throws(SluiceError) -> AuditStore {
    do throws(SluiceError) { return try location.open() } catch {
      guard error.code == .auditUnavailable, error.remedy == nil, location.database == nil else { throw error }
      throw error.advising("name a folder with `--audit` that this user can write to, or `off` for no records")
    }
  }

  /// The token that was made for a log whose operator named none.
  private static func ownToken(_ folder: AuditFolder, _ log: Logger) throws(SluiceError) -> ReviewerTokens {
    let token = try folder.secret("pages.token") { PageSessions.randomText() }
    guard let tokens = ReviewerTokens(lines: [token]) else {
      throw SluiceError(
        .invalidSetting, "\(folder.path)/pages.token does not hold a token",
        remedy: "delete the file; a new one is made")
    }
    log.info("the token of the audit pages is in a file", metadata: ["file": "\(folder.path)/pages.token"])
    return tokens
  }

  /// Who may look at the pages from now on: as the settings and the files that they name say by now.
  ///
  /// - Throws: `invalid-setting`, `unreadable-file`, `audit-unavailable`; then it stays as it is.
  func readReviewersAgain() throws(SluiceError) {
    let named = try settings.secrets.reviewers()
    let current = if let named { named } else { try Self.ownToken(location.folder, log) }
    reviewers.replace(with: current)
  }

  var writer: AuditWriter { recorder.writer }

  /// Whether verdicts can be recorded, or need not be: while not, no request is answered.
  package var isWritable: Bool { settings.failOpen || writer.isWritable }

  /// Records the verdicts of a request, and with them what is known of searches that they belong to.
  ///
  /// - Parameters:
  ///   - searches: of the memory of questions, where there is one.
  ///   - label: what a class is called, where that is known.
  /// - Throws: `audit-unavailable`, unless the operator prefers answers to records.
  func record(
    _ judged: [JudgedImage], _ context: RequestContext, searches: SearchRecords?, label: (Int) -> String?
  ) async throws(SluiceError) {
    let noticed = searches?.due(judged, label: label) ?? []
    do throws(SluiceError) {
      try await recorder.record(judged, noticed: noticed)
    } catch {
      searches?.takeBack(noticed)
      log.error("verdict not recorded", metadata: ["request": "\(context.identity.id)", "error": "\(error)"])
      guard settings.failOpen else {
        failures.refused.add(1, ordering: .relaxed)
        metrics.registry.add(to: .auditRefused)
        throw error
      }
      failures.lost.add(judged.count, ordering: .relaxed)
      metrics.registry.add(Double(judged.count), to: .auditLost)
    }
  }
}

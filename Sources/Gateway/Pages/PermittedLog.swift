import AuditLog
import Auditing
import Common
import FilterPipeline

/// The audit log as a reviewer may see it: pages have no other way to it.
///
/// Records come without private detectors for whoever may not know of those, and such a detector's name finds nothing.
struct PermittedLog: Sendable {
  private let store: AuditStore
  private let privateToday: Set<String>
  /// Whether private detectors are shown.
  let showsPrivate: Bool

  /// - Parameters:
  ///   - privateToday: the private detectors of the filter that judges now.
  init(_ store: AuditStore, for reviewer: Reviewer, privateToday: Set<String>) {
    self.store = store
    self.privateToday = privateToday
    showsPrivate = reviewer.seesPrivate
  }

  // MARK: - Records

  /// - Throws: `audit-unavailable`.
  func records(
    _ query: AuditQuery, after cursor: AuditQuery.Cursor? = nil, limit: Int
  ) throws(SluiceError) -> [StoredRecord] {
    guard try permits(query) else { return [] }
    return try store.records(query, after: cursor, limit: limit).map(permitted)
  }

  /// - Throws: `audit-unavailable`.
  func record(_ reference: AuditReference) throws(SluiceError) -> StoredRecord? {
    try store.record(reference).map(permitted)
  }

  /// - Throws: `audit-unavailable`.
  func count(_ query: AuditQuery, atMost bound: Int) throws(SluiceError) -> Int {
    try permits(query) ? store.count(query, atMost: bound) : 0
  }

  /// - Throws: `quarantine-damaged`, `quarantine-encrypted`; `audit-unavailable`.
  func image(_ sha256: String) throws(SluiceError) -> [UInt8]? { try store.image(sha256) }

  private func permitted(_ record: StoredRecord) -> StoredRecord { showsPrivate ? record : record.permitted }

  // MARK: - Detectors

  /// The detectors that ever flagged anything, by name.
  ///
  /// - Throws: `audit-unavailable`.
  func detectors() throws(SluiceError) -> [String] {
    var names: [String] = []
    for name in try store.detectors() where try permits(name) { names.append(name) }
    return names
  }

  /// - Throws: `audit-unavailable`.
  func statistics(since: AuditTime, until: AuditTime, seconds: Int) throws(SluiceError) -> AuditStatistics {
    var statistics = try AuditStatistics(store, since: since, until: until, seconds: seconds)
    var counts: [AuditStore.DetectorCount] = []
    for count in statistics.detectors where try permits(count.detector) { counts.append(count) }
    statistics.detectors = counts
    return statistics
  }

  /// A list by a private detector would say which images it flagged.
  private func permits(_ query: AuditQuery) throws(SluiceError) -> Bool {
    guard let detector = query.detector else { return true }
    return try permits(detector)
  }

  /// Whether a detector may be named: its newest record says so, and today's filter does not say otherwise.
  private func permits(_ detector: String) throws(SluiceError) -> Bool {
    guard !showsPrivate else { return true }
    guard !privateToday.contains(detector) else { return false }
    guard let newest = try store.newestRecord(flaggedBy: detector) else { return true }
    return newest.permitted.verdict.flaggedDetectors.contains(detector)
  }

  // MARK: - Reviews

  /// - Throws: what recording it throws.
  func review(_ review: ImageReview, of reference: AuditReference, by writer: String) throws(SluiceError) {
    _ = try store.review(review, of: reference, by: writer)
  }

  /// - Throws: what recording it throws.
  func hold(_ sha256: String, isHeld: Bool, reviewer: String, by writer: String) throws(SluiceError) {
    _ = try store.hold(sha256, isHeld: isHeld, note: nil, reviewer: reviewer, by: writer)
  }

  // MARK: - The log itself

  /// - Throws: `audit-unavailable`.
  func health(of audit: GatewayAudit) throws(SluiceError) -> LogHealth { try LogHealth(audit, store) }
}

import AuditLog
import Common
import FilterPipeline

/// Records verdicts before they are given.
package struct AuditRecorder: JudgementRecorder {
  package let writer: AuditWriter
  private let policy: RecordingPolicy
  private let rejections: RejectionLimit?
  private let searches: SearchAllowance
  private let givesUp: Bool

  /// - Parameters:
  ///   - rejections: sums up rejected inputs beyond its limit, for whoever takes inputs from strangers; `nil` records each.
  ///   - givesUp: whether records that take longer to write than the writer permits are given up. They may be there later.
  package init(
    _ writer: AuditWriter, _ policy: RecordingPolicy, rejections: RejectionLimit? = nil,
    searches: SearchAllowance = SearchAllowance(), givesUp: Bool = false
  ) {
    self.givesUp = givesUp
    self.writer = writer
    self.policy = policy
    self.rejections = rejections
    self.searches = searches
  }

  /// Records that a program begins to write, and with which settings: what later records are to be read with.
  ///
  /// - Throws: `audit-unavailable`.
  package func open(_ filter: FilterIdentity, key: AuditVerificationKey) async throws(SluiceError) {
    try await writer.append([
      AuditEntry(
        .opened,
        [
          "build": .string(policy.build), "key": .string(key.text), "filter": filter.json,
          "cleanRecords": .number(policy.cleanRecords), "cleanImages": .number(policy.cleanImages),
        ])
    ])
  }

  /// Records verdicts together. When it returns, they and the bytes that are kept are durable, but for rejected inputs beyond the
  /// limit: those are counted, and their sum is durable after the next `sumUp`.
  ///
  /// - Parameters:
  ///   - noticed: what is known now of searches that the images are questions of, for a record of each.
  /// - Throws: `audit-unavailable`; then none of them was recorded or counted, unless they were given up.
  package func record(_ images: [JudgedImage], noticed: [RecordedSearch] = []) async throws(SluiceError) {
    var summary = RejectionSummary()
    var entries: [AuditEntry] = []
    for image in images {
      if mustCount(image) {
        summary.count(image.verdict.error?.code.description ?? image.verdict.outcome.rawValue)
      } else if let entry = entry(image) {
        entries.append(entry)
      }
    }
    entries += noticed.map(entry)
    try await writer.append(entries, givesUp: givesUp)
    rejections?.add(summary)
  }

  /// Records how many rejected inputs there were that have no records of their own.
  ///
  /// - Returns: how many, of which it is durable now.
  /// - Throws: `audit-unavailable`; then they are part of the next sum.
  @discardableResult
  package func sumUp() async throws(SluiceError) -> Int {
    guard let rejections else { return 0 }
    let summary = rejections.take()
    guard let entry = summary.entry else { return 0 }
    do throws(SluiceError) { try await writer.append([entry]) } catch {
      rejections.add(summary)
      throw error
    }
    return summary.inputs
  }

  package func record(_ judgement: Judgement, of input: EncodedInput) async throws(SluiceError) {
    try await record([JudgedImage(input, judgement.verdict)])
  }

  /// While nothing can be recorded nothing is counted either: whoever sends it is to learn of the failure.
  private func mustCount(_ image: JudgedImage) -> Bool {
    guard image.verdict.outcome == .rejected, let rejections else { return false }
    return !rejections.admits() && writer.isWritable
  }

  private func entry(_ image: JudgedImage) -> AuditEntry? {
    guard image.verdict.outcome == .clean else { return image.entry(keepsBytes: true, build: policy.build) }
    let isQuestion = image.search != nil
    guard Self.isChosen(policy.cleanRecords) || isQuestion && searches.admitsQuestion() else { return nil }
    return image.entry(keepsBytes: Self.isChosen(policy.cleanImages), build: policy.build)
  }

  private func entry(_ search: RecordedSearch) -> AuditEntry {
    var search = search
    search.build = policy.build
    if !searches.admitsSample() { search.sample = [] }
    return AuditEntry(.search, details: search.json.members)
  }

  /// By chance: what a sender could predict, a sender could stay out of.
  private static func isChosen(_ share: Double) -> Bool { share >= 1 || share > 0 && Double.random(in: 0..<1) < share }
}

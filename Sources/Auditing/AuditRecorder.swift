import AuditLog
import FilterPipeline
import Pixels

/// Records verdicts before they are given.
package struct AuditRecorder: JudgementRecorder {
  package let writer: AuditWriter
  private let policy: RecordingPolicy

  package init(_ writer: AuditWriter, _ policy: RecordingPolicy) {
    self.writer = writer
    self.policy = policy
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

  /// Records verdicts together. When it returns, they and the bytes that are kept are durable.
  ///
  /// - Throws: `audit-unavailable`; then none of them was recorded.
  package func record(_ images: [JudgedImage]) async throws(SluiceError) {
    try await writer.append(images.compactMap(entry))
  }

  package func record(_ judgement: Judgement, of input: EncodedInput) async throws(SluiceError) {
    try await record([JudgedImage(input, judgement.verdict)])
  }

  private func entry(_ image: JudgedImage) -> AuditEntry? {
    guard image.verdict.outcome == .clean else { return image.entry(keepsBytes: true, build: policy.build) }
    guard Self.isChosen(policy.cleanRecords) else { return nil }
    return image.entry(keepsBytes: Self.isChosen(policy.cleanImages), build: policy.build)
  }

  /// By chance: what a sender could predict, a sender could stay out of.
  private static func isChosen(_ share: Double) -> Bool { share >= 1 || share > 0 && Double.random(in: 0..<1) < share }
}

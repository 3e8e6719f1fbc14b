import AuditLog
import Common
import Synchronization

/// Lets so many rejected inputs have a record of their own, and counts the others.
///
/// Junk costs its sender nothing, and a record stays for good: without a limit, whoever sends eight bytes again and again fills the
/// disk. A burst is recorded input by input; what goes on longer is summed up, so that records and sums still give the inputs.
package final class RejectionLimit: Sendable {
  private let allowance: RecordAllowance
  private let summary = Mutex(RejectionSummary())

  /// - Parameters:
  ///   - rate: how many a second have records of their own for as long as they come.
  ///   - burst: how many at once, after a pause.
  package init(rate: Double = 1, burst: Int = 1000, now: ContinuousClock.Instant = .now) {
    allowance = RecordAllowance(rate: rate, burst: burst, now: now)
  }

  /// Whether the next one has a record of its own.
  package func admits(now: ContinuousClock.Instant = .now) -> Bool { allowance.admits(now: now) }

  /// Counts inputs that have no records of their own.
  package func add(_ more: RejectionSummary) { summary.withLock { $0.add(more) } }

  /// What was counted since this was last asked, which is to be recorded now; empty where nothing was.
  package func take() -> RejectionSummary {
    summary.withLock { summary in
      defer { summary = RejectionSummary() }
      return summary
    }
  }
}

/// Rejected inputs that have no records of their own: how many, when, and why.
package struct RejectionSummary: Sendable, Hashable {
  /// How many, by the code of the error.
  package private(set) var counts: [String: Int] = [:]
  private var first: AuditTime?
  private var last: AuditTime?

  package init() {}

  package var inputs: Int { counts.values.reduce(0, +) }

  package mutating func count(_ code: String, at time: AuditTime = .now) {
    counts[code, default: 0] += 1
    include(time)
  }

  fileprivate mutating func add(_ other: RejectionSummary) {
    counts.merge(other.counts, uniquingKeysWith: +)
    for time in [other.first, other.last].compactMap(\.self) { include(time) }
  }

  private mutating func include(_ time: AuditTime) {
    first = first.map { min($0, time) } ?? time
    last = last.map { max($0, time) } ?? time
  }

  /// The record of them; `nil` where there are none.
  package var entry: AuditEntry? {
    guard let first, let last else { return nil }
    return AuditEntry(
      .summary,
      [
        "since": .string(first.text), "until": .string(last.text), "inputs": .integer(inputs),
        "errors": .object(sorted: counts, JSONValue.integer),
      ])
  }
}

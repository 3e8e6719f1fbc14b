import Synchronization

/// What is known about an image before it is scored.
package struct ScoringTask: Sendable, Hashable {
  /// SHA-256 of the image as it came, before any change.
  package var digest: String
  /// `original`, or the change that was made to it.
  package var kind: String
  /// The attack that made it; `nil` for a clean image.
  package var attack: String?
  package var source: String

  package init(digest: String, kind: String, attack: String?, source: String) {
    self.digest = digest
    self.kind = kind
    self.attack = attack
    self.source = source
  }

  /// Identifies it within a calibration set.
  package var key: String { "\(digest) \(kind) \(attack ?? "")" }
}

/// Tasks in the order in which their images were read, which is the order in which they come out judged.
final class ScoringQueue: Sendable {
  private let tasks = Mutex<[ScoringTask]>([])

  func append(_ task: ScoringTask) { tasks.withLock { $0.append(task) } }

  /// - Precondition: a task was appended for each judgement.
  func removeFirst() -> ScoringTask { tasks.withLock { $0.removeFirst() } }
}

import FilterPipeline
import Synchronization

/// A line on the terminal that tells how far a run is.
final class Progress: Sendable {
  private let isShown: Bool
  private let start = ContinuousClock.now
  private let lastShown: Mutex<ContinuousClock.Instant>

  private static let interval = Duration.milliseconds(100)

  /// - Parameters:
  ///   - isShown: whether there is a terminal to show it on. It is shown only where that takes codes.
  init(isShown: Bool) {
    self.isShown = isShown && Terminal.takesCodes
    lastShown = Mutex(start)
  }

  func update(_ summary: RunSummary) { update(count: summary.inputs) { Self.sentence(summary) } }

  func update(count: Int, leftOut: Int) { update(count: count) { "\(count) images scored, \(leftOut) left out" } }

  /// - Parameters:
  ///   - count: what the rate is of.
  func update(count: Int, _ sentence: () -> String) {
    guard isShown else { return }
    let now = ContinuousClock.now
    let isDue = lastShown.withLock { last in
      guard now - last >= Self.interval else { return false }
      last = now
      return true
    }
    guard isDue else { return }
    let seconds = (now - start) / .seconds(1)
    Terminal.write("\r\u{1B}[K\(sentence()), \(Int(Double(count) / seconds)) per second")
  }

  func clear() {
    if isShown { Terminal.write("\r\u{1B}[K") }
  }

  /// What became of the inputs, in one sentence.
  static func sentence(_ summary: RunSummary) -> String {
    "\(summary.inputs) inputs: \(summary.forwarded) forwarded, \(summary.flagged) flagged, "
      + "\(summary.rejected) rejected, \(summary.failed) failed"
      + (summary.passedOver > 0 ? "; \(summary.passedOver) members of archives that are not images" : "")
  }
}

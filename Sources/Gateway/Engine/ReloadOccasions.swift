import Synchronization

/// What may lead to a reload, told in any number and taken one after another: while one is being followed, all that come are one.
package final class ReloadOccasions: Sendable {
  package enum Occasion: Sendable {
    /// SIGHUP has come.
    case signal
    /// It is time to look at the files.
    case look
  }

  private let hasSignal = Atomic<Bool>(false)
  private let wake: AsyncStream<Void>.Continuation
  /// An element soon after something was told; ends with the task that waits for it. For one task.
  let wakes: AsyncStream<Void>

  package init() {
    (wakes, wake) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1))
  }

  package func tell(_ occasion: Occasion) {
    // Before the wake: whoever it wakes finds the signal.
    if occasion == .signal { hasSignal.store(true, ordering: .releasing) }
    wake.yield()
  }

  /// Nothing more is told.
  package func finish() { wake.finish() }

  /// What has been told since this was last asked.
  func take() -> Occasion { hasSignal.exchange(false, ordering: .acquiringAndReleasing) ? .signal : .look }
}

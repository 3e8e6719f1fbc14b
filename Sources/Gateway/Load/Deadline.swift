import Pixels

/// The end of a request's time, which covers its body, the queue, the judgement and the upstream.
package struct Deadline: Sendable, Hashable {
  package let end: ContinuousClock.Instant

  package init(after duration: Duration) {
    end = .now + duration
  }

  package var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: end)) }

  /// Runs work, and cancels it when the time is over.
  ///
  /// - Throws: `deadline-exceeded` when the time ran out first; what the work throws.
  package func limit<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask { try await work() }
      group.addTask {
        try await Task.sleep(until: end, clock: .continuous)
        return nil
      }
      defer { group.cancelAll() }
      do {
        if let result = try await group.next(), let result { return result }
      } catch let error {
        // What was cancelled by the deadline is late, not cancelled.
        guard ContinuousClock.now >= end else { throw error }
      }
      throw SluiceError(.deadlineExceeded, "the request took longer than it may")
    }
  }
}

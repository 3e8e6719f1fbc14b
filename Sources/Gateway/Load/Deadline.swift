import Common
import Synchronization

/// The end of a request's time, which covers its body, the queue, the judgement and the upstream.
package struct Deadline: Sendable, Hashable {
  package let end: ContinuousClock.Instant

  package init(after duration: Duration) {
    end = .now + duration
  }

  package var remaining: Duration { max(.zero, ContinuousClock.now.duration(to: end)) }

  package var isOver: Bool { remaining == .zero }

  /// Runs work, cancels it when the time is over, and waits until it has ended: for work that nobody else may go on with
  /// meanwhile, such as reading a body.
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
      throw Self.exceeded
    }
  }

  /// Runs work, and when the time is over, or the caller's task is cancelled, cancels it and does not wait for its end:
  /// a decoder or a classifier call that has begun is nobody's reason to answer late.
  ///
  /// - Throws: `deadline-exceeded` when the time ran out first; `CancellationError`; what the work throws.
  package func abandon<Result: Sendable>(
    _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let race = Race<Result>()
    let task = Task {
      do { race.end(.success(try await work())) } catch { race.end(.failure(error)) }
    }
    let timer = Task {
      try await Task.sleep(until: end, clock: .continuous)
      race.end(.failure(Self.exceeded))
      task.cancel()
    }
    defer { timer.cancel() }
    return try await withTaskCancellationHandler {
      try await race.winner()
    } onCancel: {
      race.end(.failure(CancellationError()))
      task.cancel()
    }
  }

  static let exceeded = SluiceError(.deadlineExceeded, "the request took longer than is permitted")
}

/// The first of several outcomes.
private final class Race<Success: Sendable>: Sendable {
  private enum State {
    case running
    case awaited(CheckedContinuation<Success, any Error>)
    case ended(Result<Success, any Error>)
  }

  private let state = Mutex(State.running)

  /// Ends the race, unless somebody has before.
  func end(_ outcome: Result<Success, any Error>) {
    let waiter = state.withLock { state -> CheckedContinuation<Success, any Error>? in
      switch state {
      case .running:
        state = .ended(outcome)
        return nil
      case .awaited(let waiter):
        state = .ended(outcome)
        return waiter
      case .ended: return nil
      }
    }
    waiter?.resume(with: outcome)
  }

  /// The first outcome; asked for once.
  func winner() async throws -> Success {
    try await withCheckedThrowingContinuation { continuation in
      let outcome = state.withLock { state -> Result<Success, any Error>? in
        if case .ended(let outcome) = state { return outcome }
        state = .awaited(continuation)
        return nil
      }
      if let outcome { continuation.resume(with: outcome) }
    }
  }
}

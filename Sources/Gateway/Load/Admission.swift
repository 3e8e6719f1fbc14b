import Common
import FilterPipeline
import Synchronization

/// Lets a bounded number of requests work, and a bounded number wait for it in order; who finds the queue full is told
/// at once.
///
/// A waiter whose task is cancelled, by its deadline or because its client has gone, leaves the queue.
package final class Admission: Sendable {
  private struct State {
    var free: Int
    var waiting: [Waiter] = []
    var lastNumber = 0
  }

  private struct Waiter {
    let number: Int
    let continuation: CheckedContinuation<Bool, Never>
  }

  private let state: Mutex<State>
  private let places: Int
  private let mostWaiting: Int

  /// - Parameters:
  ///   - places: requests that work at the same time.
  ///   - queue: requests that wait.
  package init(places: Int, queue: Int) {
    precondition(places >= 1 && queue >= 0)
    self.places = places
    mostWaiting = queue
    state = Mutex(State(free: places))
  }

  package var waiting: Int { state.withLock { $0.waiting.count } }
  package var working: Int { state.withLock { places - $0.free } }

  /// Runs the work once there is a place for it.
  ///
  /// - Throws: `busy` when the queue is full, `cancelled` when the task is cancelled while it waits; what the work throws.
  package func admit<Result>(
    waited: (Duration) -> Void = { _ in }, _ work: () async throws(SluiceError) -> Result
  ) async throws(SluiceError) -> Result {
    let start = ContinuousClock.now
    try await enter()
    defer { leave() }
    waited(start.duration(to: .now))
    return try await work()
  }

  private enum Entry { case admitted, full, queued }

  private func enter() async throws(SluiceError) {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    let isAdmitted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        switch place(number, continuation) {
        case .admitted: continuation.resume(returning: true)
        case .full: continuation.resume(returning: false)
        case .queued:
          // The cancellation may have come before there was anything to take out of the queue.
          if Task.isCancelled { withdraw(number) }
        }
      }
    } onCancel: {
      withdraw(number)
    }
    guard isAdmitted else {
      if Task.isCancelled { throw SluiceError(.cancelled, "the request ended while it waited") }
      throw SluiceError(.busy, "too many requests are waiting", remedy: "try again later")
    }
  }

  private func place(_ number: Int, _ continuation: CheckedContinuation<Bool, Never>) -> Entry {
    state.withLock { state in
      if state.free > 0 {
        state.free -= 1
        return .admitted
      }
      guard state.waiting.count < mostWaiting else { return .full }
      state.waiting.append(Waiter(number: number, continuation: continuation))
      return .queued
    }
  }

  private func withdraw(_ number: Int) {
    let waiter = state.withLock { state -> Waiter? in
      guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return nil }
      return state.waiting.remove(at: place)
    }
    waiter?.continuation.resume(returning: false)
  }

  private func leave() {
    let next = state.withLock { state -> Waiter? in
      guard !state.waiting.isEmpty else {
        state.free += 1
        return nil
      }
      return state.waiting.removeFirst()
    }
    next?.continuation.resume(returning: true)
  }
}

extension SluiceError.Code {
  package static let busy = SluiceError.Code("busy")
  package static let deadlineExceeded = SluiceError.Code("deadline-exceeded")
}

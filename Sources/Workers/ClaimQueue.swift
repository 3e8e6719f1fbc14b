import Synchronization

/// Something of which there is only so much: tasks claim a part of it, and give it back.
package protocol ClaimedResource: Sendable {
  associatedtype Claim: Sendable
  /// Claims of one line are granted in the order in which they came. One that has to wait holds up its own line only.
  associatedtype Line: Hashable, CaseIterable

  static func line(of claim: Claim) -> Line

  /// Takes what is claimed; false where there is not enough.
  mutating func take(_ claim: Claim) -> Bool

  mutating func give(_ claim: Claim)
}

/// A resource, and the tasks that wait for a part of it.
///
/// A waiter whose task is cancelled, by its deadline or because its client has gone, leaves the queue, unless it waits even so.
package final class ClaimQueue<Resource: ClaimedResource>: Sendable {
  package enum Outcome: Sendable {
    case granted
    /// Too many wait already.
    case full
    /// The task was cancelled while it waited.
    case cancelled
  }

  private struct State {
    var resource: Resource
    /// In the order in which they came.
    var waiters: [Waiter] = []
    var lastNumber = 0
  }

  private struct Waiter {
    let number: Int
    let claim: Resource.Claim
    let continuation: CheckedContinuation<Outcome, Never>
  }

  private let state: Mutex<State>
  private let maximumWaiting: Int

  /// - Parameters:
  ///   - maximumWaiting: how many tasks may wait; any number, unless it is said.
  package init(_ resource: Resource, maximumWaiting: Int = .max) {
    state = Mutex(State(resource: resource))
    self.maximumWaiting = maximumWaiting
  }

  package var waiting: Int { state.withLock { $0.waiters.count } }

  /// Looks at the resource, or takes of it what does not wait for its turn.
  package func withResource<Result>(_ work: (inout Resource) -> Result) -> Result {
    state.withLock { work(&$0.resource) }
  }

  /// Takes what is claimed, once it is this claim's turn and there is enough.
  ///
  /// - Complexity: linear in the number of waiters.
  package func claim(_ claim: Resource.Claim) async -> Outcome {
    let number = nextNumber()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        // The cancellation may have come before there was anything to take out of the queue.
        if wait(Waiter(number: number, claim: claim, continuation: continuation)), Task.isCancelled { withdraw(number) }
      }
    } onCancel: {
      withdraw(number)
    }
  }

  /// Takes what is claimed, once it is this claim's turn and there is enough, whether the task is cancelled or not.
  ///
  /// - Returns: never `cancelled`.
  /// - Complexity: linear in the number of waiters.
  package func claimEvenIfCancelled(_ claim: Resource.Claim) async -> Outcome {
    await withCheckedContinuation { continuation in
      _ = wait(Waiter(number: nextNumber(), claim: claim, continuation: continuation))
    }
  }

  /// Gives back what was granted; those whose turn it is now go on.
  ///
  /// - Complexity: linear in the number of waiters.
  package func give(_ claim: Resource.Claim) {
    let granted = state.withLock { state in
      state.resource.give(claim)
      return Self.grant(&state)
    }
    for waiter in granted { waiter.continuation.resume(returning: .granted) }
  }

  private func nextNumber() -> Int {
    state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
  }

  /// Tells the task what became of its claim, unless that waits.
  ///
  /// - Returns: whether it waits.
  private func wait(_ waiter: Waiter) -> Bool {
    guard let outcome = enter(waiter) else { return true }
    waiter.continuation.resume(returning: outcome)
    return false
  }

  /// - Returns: `nil` for a claim that waits.
  private func enter(_ waiter: Waiter) -> Outcome? {
    state.withLock { state in
      let line = Resource.line(of: waiter.claim)
      let isFirst = !state.waiters.contains { Resource.line(of: $0.claim) == line }
      if isFirst, state.resource.take(waiter.claim) { return .granted }
      guard state.waiters.count < maximumWaiting else { return .full }
      state.waiters.append(waiter)
      return nil
    }
  }

  private func withdraw(_ number: Int) {
    let (leaver, granted) = state.withLock { state -> (Waiter?, [Waiter]) in
      guard let place = state.waiters.firstIndex(where: { $0.number == number }) else { return (nil, []) }
      let leaver = state.waiters.remove(at: place)
      // It may have held up smaller claims.
      return (leaver, Self.grant(&state))
    }
    leaver?.continuation.resume(returning: .cancelled)
    for waiter in granted { waiter.continuation.resume(returning: .granted) }
  }

  /// Takes for those whose turn it is, and has them leave the queue.
  private static func grant(_ state: inout State) -> [Waiter] {
    var granted: [Waiter] = []
    var left: [Waiter] = []
    var blocked: Set<Resource.Line> = []
    for waiter in state.waiters {
      let line = Resource.line(of: waiter.claim)
      let isNext = blocked.count < Resource.Line.allCases.count && !blocked.contains(line)
      if isNext, state.resource.take(waiter.claim) {
        granted.append(waiter)
      } else {
        blocked.insert(line)
        left.append(waiter)
      }
    }
    state.waiters = left
    return granted
  }
}

import Common
import FilterPipeline
import Synchronization

/// The bytes that all requests together hold: bodies as they arrive, requests as they are read, images while they are
/// judged.
///
/// What arrives is charged at once, and refused when there is no room, unless nobody else holds anything. What the gateway
/// does of itself waits for room, in the order in which it came. So that waiting always ends, the first of each kind goes
/// on whatever is held: the peak is the budget, and beyond it at most one request that is read and one image that is
/// judged.
package final class MemoryBudget: Sendable {
  /// What bytes are held for.
  package enum Use: Int, Sendable, CaseIterable {
    case arriving
    case reading
    case judging
  }

  private struct State {
    var held = [Int](repeating: 0, count: Use.allCases.count)
    var waiting: [Waiter] = []
    var lastNumber = 0

    var total: Int { held.reduce(0, +) }

    func hasRoom(for count: Int, _ use: Use, within most: Int) -> Bool {
      use != .arriving && held[use.rawValue] == 0 || count <= most - total
    }
  }

  private struct Waiter {
    let number: Int
    let count: Int
    let use: Use
    let continuation: CheckedContinuation<Bool, Never>
  }

  private let state = Mutex(State())
  private let most: Int

  package init(_ most: Int) {
    self.most = most
  }

  package var used: Int { state.withLock { $0.total } }

  /// A charge of nothing, which grows with what arrives.
  package func arrival() -> MemoryCharge { MemoryCharge(self, .arriving, 0) }

  /// A charge of so many bytes, once there is room for them.
  ///
  /// - Throws: `cancelled` when the task is cancelled while it waits.
  package func charge(_ count: Int, for use: Use) async throws(SluiceError) -> MemoryCharge {
    let number = state.withLock { state in
      state.lastNumber += 1
      return state.lastNumber
    }
    let isGranted = await withTaskCancellationHandler {
      await withCheckedContinuation { continuation in
        if takes(count, use, number, continuation) {
          continuation.resume(returning: true)
        } else if Task.isCancelled {
          // The cancellation may have come before there was anything to take out of the queue.
          withdraw(number)
        }
      }
    } onCancel: {
      withdraw(number)
    }
    guard isGranted else { throw SluiceError(.cancelled, "the request ended while it waited for memory") }
    return MemoryCharge(self, use, count)
  }

  /// Takes the bytes, or queues up; whoever came first goes first within a use.
  private func takes(
    _ count: Int, _ use: Use, _ number: Int, _ continuation: CheckedContinuation<Bool, Never>
  ) -> Bool {
    state.withLock { state in
      if !state.waiting.contains(where: { $0.use == use }), state.hasRoom(for: count, use, within: most) {
        state.held[use.rawValue] += count
        return true
      }
      state.waiting.append(Waiter(number: number, count: count, use: use, continuation: continuation))
      return false
    }
  }

  /// Takes bytes that have arrived for somebody who holds some already; false when there is no room.
  fileprivate func takeNow(_ count: Int, _ use: Use, beside own: Int) -> Bool {
    state.withLock { state in
      let isAlone = state.total == own
      guard isAlone || state.hasRoom(for: count, use, within: most) else { return false }
      state.held[use.rawValue] += count
      return true
    }
  }

  fileprivate func give(_ count: Int, _ use: Use) {
    let next = state.withLock { state -> [Waiter] in
      state.held[use.rawValue] -= count
      return Self.admit(&state, most)
    }
    for waiter in next { waiter.continuation.resume(returning: true) }
  }

  /// Who may go on now. A use whose first waiter has no room holds up its own kind only.
  private static func admit(_ state: inout State, _ most: Int) -> [Waiter] {
    var admitted: [Waiter] = []
    var left: [Waiter] = []
    for waiter in state.waiting {
      let isFirst = !left.contains { $0.use == waiter.use }
      if isFirst, state.hasRoom(for: waiter.count, waiter.use, within: most) {
        state.held[waiter.use.rawValue] += waiter.count
        admitted.append(waiter)
      } else {
        left.append(waiter)
      }
    }
    state.waiting = left
    return admitted
  }

  private func withdraw(_ number: Int) {
    let (waiter, next) = state.withLock { state -> (Waiter?, [Waiter]) in
      guard let place = state.waiting.firstIndex(where: { $0.number == number }) else { return (nil, []) }
      let waiter = state.waiting.remove(at: place)
      // It may have held up smaller ones.
      return (waiter, Self.admit(&state, most))
    }
    waiter?.continuation.resume(returning: false)
    for waiter in next { waiter.continuation.resume(returning: true) }
  }
}

/// Bytes of the budget, given back when nobody holds the charge any more.
package final class MemoryCharge: Sendable {
  private let budget: MemoryBudget
  private let use: MemoryBudget.Use
  private let held: Mutex<Int>

  fileprivate init(_ budget: MemoryBudget, _ use: MemoryBudget.Use, _ count: Int) {
    self.budget = budget
    self.use = use
    held = Mutex(count)
  }

  deinit {
    let count = held.withLock { $0 }
    if count > 0 { budget.give(count, use) }
  }

  /// Adds bytes to it; false when there is no room.
  package func grows(by count: Int) -> Bool {
    held.withLock { held in
      guard budget.takeNow(count, use, beside: held) else { return false }
      held += count
      return true
    }
  }
}

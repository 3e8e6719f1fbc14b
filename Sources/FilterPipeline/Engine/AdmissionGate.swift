/// Lets a bounded number of things be in flight: the rest wait in order.
package actor AdmissionGate {
  private struct Waiter {
    let number: Int
    /// Resumed with whether it has a place.
    let continuation: CheckedContinuation<Bool, Never>
  }

  private var free: Int
  private var waiters: [Waiter] = []
  private var next = 0

  /// - Precondition: `capacity` is at least 1.
  package init(capacity: Int) {
    precondition(capacity >= 1)
    free = capacity
  }

  package var waiting: Int { waiters.count }

  /// Returns once there is a place, and takes it, whether the task is cancelled or not.
  package func enter() async {
    if takesFreePlace() { return }
    let number = number()
    _ = await withCheckedContinuation { waiters.append(Waiter(number: number, continuation: $0)) }
  }

  /// Returns true once there is a place, and takes it; false as soon as the task is cancelled, without a place.
  ///
  /// - Complexity: O(waiting) for one that is cancelled.
  package func enterUnlessCancelled() async -> Bool {
    if Task.isCancelled { return false }
    if takesFreePlace() { return true }
    let number = number()
    return await withTaskCancellationHandler {
      await withCheckedContinuation { waiters.append(Waiter(number: number, continuation: $0)) }
    } onCancel: {
      // It runs here only after the waiter stands in line, because that happens without leaving the actor.
      Task { await giveUp(number) }
    }
  }

  /// Gives a place back; whoever has waited longest gets it.
  package func leave() {
    if waiters.isEmpty {
      free += 1
    } else {
      waiters.removeFirst().continuation.resume(returning: true)
    }
  }

  private func takesFreePlace() -> Bool {
    guard free > 0 else { return false }
    free -= 1
    return true
  }

  private func number() -> Int {
    next += 1
    return next
  }

  private func giveUp(_ number: Int) {
    guard let place = waiters.firstIndex(where: { $0.number == number }) else { return }
    waiters.remove(at: place).continuation.resume(returning: false)
  }
}

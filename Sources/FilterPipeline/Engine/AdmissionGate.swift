/// Lets a bounded number of things be in flight: the rest wait in order.
package actor AdmissionGate {
  private var free: Int
  private var waiting: [CheckedContinuation<Void, Never>] = []

  /// - Precondition: `capacity` is at least 1.
  package init(capacity: Int) {
    precondition(capacity >= 1)
    free = capacity
  }

  /// Returns once there is a place, and takes it.
  package func enter() async {
    if free > 0 {
      free -= 1
    } else {
      await withCheckedContinuation { waiting.append($0) }
    }
  }

  /// Gives a place back; whoever has waited longest gets it.
  package func leave() {
    if waiting.isEmpty {
      free += 1
    } else {
      waiting.removeFirst().resume()
    }
  }
}

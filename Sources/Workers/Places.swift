/// Places that are all alike, in the order in which they are asked for.
package struct Places: ClaimedResource {
  package enum Line: CaseIterable { case only }

  /// One place.
  package struct Claim: Sendable {}

  package private(set) var free: Int

  package static func line(of claim: Claim) -> Line { .only }

  package mutating func take(_ claim: Claim) -> Bool {
    guard free > 0 else { return false }
    free -= 1
    return true
  }

  package mutating func give(_ claim: Claim) { free += 1 }
}

/// Lets a bounded number of things be in flight: the rest wait in order.
package typealias PlaceQueue = ClaimQueue<Places>

extension ClaimQueue where Resource == Places {
  /// - Parameters:
  ///   - maximumWaiting: how many tasks may wait; any number, unless it is said.
  /// - Precondition: there is at least one place.
  package convenience init(places: Int, maximumWaiting: Int = .max) {
    precondition(places >= 1 && maximumWaiting >= 0)
    self.init(Places(free: places), maximumWaiting: maximumWaiting)
  }

  package var free: Int { withResource { $0.free } }

  /// Takes a place, once there is one.
  package func enter() async -> Outcome { await claim(Places.Claim()) }

  /// Takes a place, once there is one, whether the task is cancelled or not.
  ///
  /// - Returns: never `cancelled`.
  package func enterEvenIfCancelled() async -> Outcome { await claimEvenIfCancelled(Places.Claim()) }

  /// Gives a place back; whoever has waited longest gets it.
  package func leave() { give(Places.Claim()) }
}

import Decision

/// The places at which an image could leave: after which witnesses, in every order in which they may be asked.
struct WaysOut {
  /// Places of the witnesses, ascending, at each way out.
  let asked: [[Int]]
  /// Whether an exit may be there: a private witness was asked, where there is one.
  let isPermitted: [Bool]
  /// For each list of peers and each order of it, the ways out that are passed; the last list ends without one.
  private let passages: [[[Int?]]]
  private let fewest: Int

  init(_ order: WitnessOrder, drawsOrder: Bool) {
    var asked: [[Int]] = []
    passages = order.peers.map { group in
      (drawsOrder ? order.rotations(of: group) : [Array(group)]).map { rotation in
        rotation.indices.map { last -> Int? in
          let places = (Array(0..<group.lowerBound) + rotation[...last]).sorted()
          guard places.count < order.witnesses.count else { return nil }
          if let known = asked.firstIndex(of: places) { return known }
          asked.append(places)
          return asked.count - 1
        }
      }
    }
    self.asked = asked
    let hasPrivate = order.witnesses.contains(where: \.isPrivate)
    let isPermitted = asked.map { places in !hasPrivate || places.contains { order.witnesses[$0].isPrivate } }
    self.isPermitted = isPermitted
    fewest = zip(asked, isPermitted).filter(\.1).map { $0.0.count }.min() ?? 0
  }

  /// The share of clean images that may leave there where the first exit lets the share `level` go.
  func quantile(of index: Int, at level: Double) -> Double {
    var left = 1 - level
    for _ in 0..<max(0, asked[index].count - fewest) { left /= 2 }
    return 1 - left
  }

  /// Whether there is an order in which the image leaves unflagged.
  ///
  /// - Parameters:
  ///   - standings: one a way out.
  ///   - leastOpenness: what it must exceed to leave there; `nil` where it may not.
  func loses(_ standings: [Decision.Standing], leastOpenness: [Double?]) -> Bool {
    for orders in passages {
      var passes = false
      for order in orders {
        var isFlagged = false
        for case let place? in order where !isFlagged {
          isFlagged = standings[place].isFlagged
          if !isFlagged, Self.leaves(standings[place], leastOpenness[place]) { return true }
        }
        passes = passes || !isFlagged
      }
      guard passes else { return false }
    }
    return false
  }

  private static func leaves(_ standing: Decision.Standing, _ leastOpenness: Double?) -> Bool {
    guard let leastOpenness, let openness = standing.openness else { return false }
    return openness > leastOpenness
  }
}

/// A further witness as it was measured.
package struct MeasuredWitness: Sendable, Hashable {
  /// The squeezer's description, or the kind and name of a model, as in `mirror` and `model second`.
  package var name: String
  /// What it takes, as measured while calibrating; 0 where it is not known.
  package var milliseconds: Double
  /// Whether only private detectors ask it.
  package var isPrivate: Bool

  package init(name: String, milliseconds: Double, isPrivate: Bool = false) {
    self.name = name
    self.milliseconds = milliseconds
    self.isPrivate = isPrivate
  }
}

/// Further witnesses of a filter, in the order in which they are asked: whatever costs a call of a model beyond the one for
/// the image itself.
package struct WitnessOrder: Sendable, Hashable {
  package let witnesses: [MeasuredWitness]
  /// Places of witnesses of like cost, which may be asked in any order; one list after the other.
  package let peers: [Range<Int>]

  /// A witness that costs so many times as much as the cheapest of its peers is still one of them. A second model at 2.1 ms
  /// and a look of the classifier at a smaller size at 1.25 ms are, and in single precision 4.1 and 1.9: the filter file's order
  /// then decides, and should name first what is independent of the classifier. With the look first, two of eighty attacks
  /// that were saved as JPEG left by the exit, and none with the model first.
  package static let likeCost = 2.5
  /// Larger groups of peers are asked in a fixed order: each order needs exits of its own.
  private static let maxRotatedPeers = 8

  /// - Parameters:
  ///   - witnesses: in the order in which they are asked.
  package init(_ witnesses: [MeasuredWitness]) {
    self.witnesses = witnesses
    var peers: [Range<Int>] = []
    var start = 0
    for place in witnesses.indices {
      let own = witnesses[place]
      let least = witnesses[start..<place].map(\.milliseconds).min() ?? own.milliseconds
      // Private ones that come first so that one of them has been asked stay first.
      let isPeer = own.milliseconds <= Self.likeCost * least && own.isPrivate == witnesses[start].isPrivate
      if place > start, !isPeer {
        peers.append(start..<place)
        start = place
      }
    }
    if start < witnesses.count { peers.append(start..<witnesses.count) }
    self.peers = peers
  }

  /// Puts witnesses in order: the cheapest first, those of like cost as they are named. Where there is a private one, the
  /// cheapest private one comes before all others, because no image may leave before it was asked.
  ///
  /// - Parameters:
  ///   - named: in the order of the filter file.
  /// - Complexity: O(n²).
  package init(ordering named: [MeasuredWitness]) {
    var left = named
    var ordered: [MeasuredWitness] = []
    func take(_ isMeant: (MeasuredWitness) -> Bool) {
      guard let least = left.filter(isMeant).map(\.milliseconds).min() else { return }
      let isTaken = { (own: MeasuredWitness) in isMeant(own) && own.milliseconds <= Self.likeCost * least }
      ordered += left.filter(isTaken)
      left.removeAll(where: isTaken)
    }
    take(\.isPrivate)
    while !left.isEmpty { take { _ in true } }
    self.init(ordered)
  }

  package var names: [String] { witnesses.map(\.name) }

  /// The order for one image: each list of peers begins at a place that is drawn.
  ///
  /// - Parameters:
  ///   - draw: a number that nobody can predict; `nil` for the order as it stands.
  package func order(drawing draw: UInt64?) -> [Int] {
    guard let draw else { return Array(witnesses.indices) }
    return peers.enumerated().flatMap { index, group in
      let rotations = rotations(of: group)
      // Each list has bits of its own.
      return rotations[Int((draw >> (8 * UInt64(index % 8))) & 0xFF) % rotations.count]
    }
  }

  /// The orders in which peers may be asked.
  package func rotations(of group: Range<Int>) -> [[Int]] {
    guard group.count <= Self.maxRotatedPeers else { return [Array(group)] }
    return group.map { start in Array(start..<group.upperBound) + Array(group.lowerBound..<start) }
  }
}

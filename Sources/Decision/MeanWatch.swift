/// Watches whether the mean of numbers in [0, 1] stays at or below a bound, for as long as they come.
///
/// A game against the bound (Waudby-Smith, Ramdas 2024): a bet of stake s multiplies its capital by 1 + s·(x − bound),
/// which gains nothing on average as long as the bound holds, whatever the numbers' distribution. An e-detector (Shin,
/// Ramdas, Rinaldo 2023) begins such a game anew with every number and adds the capitals up, as Shiryaev and Roberts did
/// with likelihoods: R ← (R + 1)·(1 + s·(x − bound)). While the bound holds, R is at most the count of numbers on average,
/// so R takes A numbers or more, on average, to reach A; once it does not, R grows exponentially.
///
/// How far the mean is off need not be known: stakes from small to large play at the same time.
struct MeanWatch: Sendable {
  private struct Bet: Sendable {
    let stake: Double
    /// R: the capitals of all games.
    var evidence = 0.0
    /// The capital of the best of them (a cumulative sum, Page 1954), and what had come when that began.
    var best = 1.0
    var start = ScoreTotals()
  }

  private let bound: Double
  private var bets: [Bet]

  /// Of the largest stake that never loses everything. For a mean that is off by d, the best stake is about d divided
  /// by the variance: these do for a mean off by .01 and for one off by .4.
  private static let stakes = [0.025, 0.05, 0.1, 0.2, 0.4, 0.8]

  /// - Parameters:
  ///   - bound: above 0; from 1 on it cannot be exceeded, and nothing is ever found.
  init(bound: Double) {
    self.bound = bound
    bets = bound < 1 ? Self.stakes.map { Bet(stake: $0 / bound) } : []
  }

  /// The mean R over all stakes, 0 and above.
  var evidence: Double { bets.isEmpty ? 0 : bets.reduce(0) { $0 + $1.evidence } / Double(bets.count) }

  /// What had come when the change began, as far as the strongest bet can tell.
  var likelyStart: ScoreTotals { bets.max { $0.evidence < $1.evidence }?.start ?? ScoreTotals() }

  /// Evidence is finite as long as nothing more is noted once it has reached a limit.
  ///
  /// - Parameters:
  ///   - number: in [0, 1].
  ///   - weight: in [0, 1]; how much of the number counts.
  ///   - earlier: what had come before it.
  /// - Complexity: O(stakes).
  mutating func note(_ number: Double, weight: Double = 1, after earlier: ScoreTotals) {
    for index in bets.indices {
      let factor = 1 + bets[index].stake * weight * (number - bound)
      if bets[index].best <= 1 {
        bets[index].best = 1
        bets[index].start = earlier
      }
      bets[index].best *= factor
      bets[index].evidence = (bets[index].evidence + 1) * factor
    }
  }
}

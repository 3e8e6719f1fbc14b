import Classifiers
import Detectors
import Foundation
import TestSupport
import Testing

struct DistanceTests {
  static let all = Distance.Name.allCases.map { Distance($0) }

  /// The definitions, written down once more over doubles.
  private func naive(_ distance: Distance, _ p: Prediction, _ q: Prediction) -> Double {
    let (a, b) = (p.probabilities.map(Double.init), q.probabilities.map(Double.init))
    let pairs = Array(zip(a, b))
    func divergence(_ x: [Double], _ y: [Double]) -> Double {
      zip(x, y).reduce(0) { $1.0 > 0 ? $0 + $1.0 * log($1.0 / $1.1) : $0 }
    }
    switch distance {
    case .l1: return pairs.reduce(0) { $0 + abs($1.0 - $1.1) }
    case .l2: return sqrt(pairs.reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) })
    case .kullbackLeibler: return divergence(a, b)
    case .jensenShannon:
      let mean = pairs.map { ($0.0 + $0.1) / 2 }
      return (divergence(a, mean) + divergence(b, mean)) / 2
    case .meanLogDifference(let top):
      let order = a.indices.sorted { a[$0] > a[$1] }.prefix(top)
      return order.reduce(0) { $0 + abs(log(a[$1]) - log(b[$1])) } / Double(order.count)
    case .labelDoubt: return 1 - b[p.topClass]
    case .changedLabel: return p.topClass == q.topClass ? 0 : 1
    }
  }

  @Test(arguments: all)
  func agreesWithTheDefinition(distance: Distance) throws {
    var generator = RepeatableRandom(seed: 5)
    for _ in 0..<50 {
      let logits = (0..<2).map { _ in (0..<7).map { _ in Float.random(in: -4...4, using: &generator) } }
      let (p, q) = (try prediction(logits[0]), try prediction(logits[1]))
      #expect(abs(distance.between(p, q) - naive(distance, p, q)) < 1e-5)
    }
  }

  @Test(arguments: all)
  func isNeverNegativeAndAlwaysFinite(distance: Distance) throws {
    let extremes: [[Float]] = [[0, 0], [200, -200], [-200, 200], [1e30, -1e30], [3e38, 0], [0, 1e-30]]
    for first in extremes {
      for second in extremes {
        let value = distance.between(try prediction(first), try prediction(second))
        #expect(value >= 0 && value.isFinite, "\(first) \(second)")
      }
      // Nothing changed: no distance sees anything, but for the doubt that the prediction itself leaves.
      if distance != .labelDoubt { #expect(distance.between(try prediction(first), try prediction(first)) == 0) }
    }
  }

  @Test func l1OfOppositeCertaintiesIsTwo() throws {
    #expect(abs(Distance.l1.between(try prediction([100, 0]), try prediction([0, 100])) - 2) < 1e-6)
  }

  @Test func jensenShannonIsBoundedAndSymmetric() throws {
    let (p, q) = (try prediction([100, 0, 3]), try prediction([0, 100, 5]))
    #expect(abs(Distance.jensenShannon.between(p, q) - log(2)) < 1e-6)
    #expect(Distance.jensenShannon.between(p, q) == Distance.jensenShannon.between(q, p))
  }

  /// Many classes, some of them equal: few or many of them are chosen in different ways.
  @Test(arguments: [1, 5, 60, 249, 250, 251, 600, 1000])
  func theLikeliestClassesAreThoseOfASort(top: Int) throws {
    var generator = RepeatableRandom(seed: 11)
    let logits = (0..<2).map { _ in (0..<1000).map { _ in Float(Int.random(in: -40...40, using: &generator)) / 8 } }
    for order in [logits[0], logits[0].sorted(), logits[0].sorted(by: >)] {
      let (p, q) = (try prediction(order), try prediction(logits[1]))
      let (a, b) = (p.logProbabilities, q.logProbabilities)
      let likeliest = a.indices.sorted { a[$0] == a[$1] ? $0 < $1 : a[$0] > a[$1] }.prefix(top)
      let expected = likeliest.reduce(0) { $0 + abs(Double(a[$1]) - Double(b[$1])) } / Double(top)
      #expect(Distance.meanLogDifference(top: top).between(p, q) == expected)
    }
  }

  @Test func topMayExceedTheNumberOfClasses() throws {
    let (p, q) = (try prediction([1, 2]), try prediction([2, 1]))
    #expect(Distance.meanLogDifference(top: 1000).between(p, q) > 0)
  }
}

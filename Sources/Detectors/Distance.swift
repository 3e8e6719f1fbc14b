import Classifiers
import Common
import RealModule
import Squeezers

/// How far apart two predictions are: p of the image, q of its squeezed version or of another model.
package enum Distance: Sendable, Hashable {
  /// ‖p − q‖₁ over the probabilities of all classes, 0…2 (Xu, Evans, Qi 2018). Sees small perturbations, which leave
  /// the classifier unsure.
  case l1
  /// ‖p − q‖₂, 0…√2. Like l1, with less weight on many small changes.
  case l2
  /// The Kullback-Leibler divergence Σ p · (log p − log q) in nats; 0 and up. Grows without bound where q rules out
  /// what p believes.
  case kullbackLeibler
  /// The Jensen-Shannon divergence in nats, 0…ln 2: Kullback-Leibler to the mean of both, symmetric and bounded.
  case jensenShannon
  /// Mean of |log p − log q| over the `top` classes that p finds most likely; 0 and up. Sees confident attacks, whose
  /// probabilities saturate while their logarithms still move.
  case meanLogDifference(top: Int)
  /// 1 − q of the class that p finds most likely, 0…1: how little q believes in p's answer.
  case labelDoubt
  /// 1 where the most likely class differs, 0 where it is the same.
  case changedLabel

  package static let topRange = 1...1000
  package static let defaultTop = 5

  /// The distance from `original` to `other`; never negative, always finite.
  ///
  /// - Precondition: both have the same number of classes.
  /// - Complexity: O(classes), for `meanLogDifference` O(classes · log top).
  package func between(_ original: Prediction, _ other: Prediction) -> Double {
    let (p, q) = (original.probabilities, other.probabilities)
    precondition(p.count == q.count)
    return switch self {
    case .l1: Self.sum(p, q) { abs($0 - $1) }
    case .l2: Self.sum(p, q) { ($0 - $1) * ($0 - $1) }.squareRoot()
    case .kullbackLeibler: Self.kullbackLeibler(original, other)
    case .jensenShannon: jensenShannonDivergence([original, other])
    case .meanLogDifference(let top): Self.meanLogDifference(original, other, top: top)
    case .labelDoubt: max(0, 1 - Double(q[original.topClass]))
    case .changedLabel: original.topClass == other.topClass ? 0 : 1
    }
  }

  private static func sum(_ p: [Float], _ q: [Float], _ term: (Double, Double) -> Double) -> Double {
    var total = 0.0
    for index in p.indices { total += term(Double(p[index]), Double(q[index])) }
    return total
  }

  private static func kullbackLeibler(_ original: Prediction, _ other: Prediction) -> Double {
    var total = 0.0
    for (index, probability) in original.probabilities.enumerated() where probability > 0 {
      total += Double(probability) * (Double(original.logProbabilities[index]) - Double(other.logProbabilities[index]))
    }
    // Rounding can leave a trace below zero for equal predictions.
    return max(0, total)
  }

  private static func meanLogDifference(_ original: Prediction, _ other: Prediction, top: Int) -> Double {
    let (p, q) = (original.logProbabilities, other.logProbabilities)
    // Equal classes in order of their index, so that the result does not depend on the sort.
    let likeliest = [Int](p.indices).first(top) { p[$0] == p[$1] ? $0 < $1 : p[$0] > p[$1] }
    let total = likeliest.reduce(0.0) { $0 + abs(Double(p[$1]) - Double(q[$1])) }
    return total / Double(likeliest.count)
  }
}

/// The generalised Jensen-Shannon divergence of several predictions in nats: the entropy of their mean less the mean of
/// their entropies; 0…ln(count) (Lin 1991).
///
/// - Precondition: there is one at least, and all have the same number of classes.
/// - Complexity: O(predictions · classes).
func jensenShannonDivergence(_ predictions: [Prediction]) -> Double {
  let share = 1 / Double(predictions.count)
  var means = [Double](repeating: 0, count: predictions[0].probabilities.count)
  for prediction in predictions {
    for (index, value) in prediction.probabilities.enumerated() { means[index] += Double(value) }
  }
  var divergence = 0.0
  for prediction in predictions {
    // A sum of its own, so that the order of two predictions does not matter.
    var part = 0.0
    for (index, value) in prediction.probabilities.enumerated() where value > 0 {
      part += Double(value) * Double.log(Double(value) / (means[index] * share))
    }
    divergence += part
  }
  return max(0, divergence * share)
}

extension Distance {
  /// The distance's name in a filter file.
  package enum Name: String, Sendable, CaseIterable {
    case l1
    case l2
    case kullbackLeibler
    case jensenShannon
    case meanLogDifference
    case labelDoubt
    case changedLabel
  }

  /// - Parameters:
  ///   - top: how many classes `meanLogDifference` looks at; the others have no use for it.
  package init(_ name: Name, top: Int = defaultTop) {
    self =
      switch name {
      case .l1: .l1
      case .l2: .l2
      case .kullbackLeibler: .kullbackLeibler
      case .jensenShannon: .jensenShannon
      case .meanLogDifference: .meanLogDifference(top: top)
      case .labelDoubt: .labelDoubt
      case .changedLabel: .changedLabel
      }
  }

  static let parameter = Parameter.choice("distance", default: Name.l1, "between two predictions")
  static let topParameter = Parameter.integer(
    "top", topRange, default: defaultTop, "likeliest classes that meanLogDifference looks at")
}

extension Distance: CustomStringConvertible {
  package var description: String {
    switch self {
    case .l1: "l1"
    case .l2: "l2"
    case .kullbackLeibler: "kullbackLeibler"
    case .jensenShannon: "jensenShannon"
    case .meanLogDifference(let top): "meanLogDifference \(top)"
    case .labelDoubt: "labelDoubt"
    case .changedLabel: "changedLabel"
    }
  }
}

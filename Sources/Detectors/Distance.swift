import Classifiers
import Pixels

/// How far apart two predictions of one classifier are.
package enum Distance: Sendable, Hashable {
  /// ‖p − q‖₁ over the probabilities of all classes, 0…2 (Xu, Evans, Qi 2018). Sees small perturbations, which leave
  /// the classifier unsure.
  case l1
  /// Mean of |log p − log q| over the `top` classes that p finds most likely; 0 and up. Sees confident attacks, whose
  /// probabilities saturate while their logarithms still move.
  case meanLogDifference(top: Int)

  package static let topRange = 1...1000
  package static let defaultTop = 5

  /// The distance from `original` to `squeezed`.
  ///
  /// - Precondition: both have the same number of classes.
  /// - Complexity: O(classes), for `meanLogDifference` O(classes · log classes).
  package func between(_ original: Prediction, _ squeezed: Prediction) -> Double {
    precondition(original.probabilities.count == squeezed.probabilities.count)
    return switch self {
    case .l1: Self.l1(original.probabilities, squeezed.probabilities)
    case .meanLogDifference(let top): Self.meanLogDifference(original, squeezed, top: top)
    }
  }

  private static func l1(_ p: [Float], _ q: [Float]) -> Double {
    var total = 0.0
    for index in p.indices { total += abs(Double(p[index]) - Double(q[index])) }
    return total
  }

  private static func meanLogDifference(_ original: Prediction, _ squeezed: Prediction, top: Int) -> Double {
    let (p, q) = (original.logProbabilities, squeezed.logProbabilities)
    // Equal classes in order of their index, so that the result does not depend on the sort.
    let likeliest = p.indices.sorted { p[$0] == p[$1] ? $0 < $1 : p[$0] > p[$1] }.prefix(top)
    let total = likeliest.reduce(0.0) { $0 + abs(Double(p[$1]) - Double(q[$1])) }
    return total / Double(likeliest.count)
  }
}

extension Distance: CustomStringConvertible {
  package var description: String {
    switch self {
    case .l1: "l1"
    case .meanLogDifference(let top): "meanLogDifference \(top)"
    }
  }
}

import Glibc
import Pixels

/// What a model makes of the photographs as one candidate prepares them.
package struct CandidateOutcome: Sendable {
  package let candidate: PreparationCandidate
  /// The top class of each photograph.
  let topClasses: [Int]
  /// The probability of each photograph's top class.
  let confidences: [Double]
  /// Of the labelled photographs: whether the top class is the true one, and the logarithm of the probability of the true
  /// one, which punishes false certainty.
  let isCorrect: [Bool]
  let likelihoods: [Double]
  /// Whether the top class stays when the picture is moved by some pixels; empty where that was not tried.
  let stays: [Bool]
  /// For each photograph, how much the prediction of the moved picture says of which photograph it is, in nats.
  let information: [Double]

  /// The mean of the probabilities of classes that never occur is not taken below this.
  private static let leastMean = 1e-6
  /// A class that is ruled out counts as so probable at least, so that a single photograph cannot decide.
  private static let leastProbability = 1e-6
  /// Two predictions that share nothing count as so much at least, so that a single photograph cannot decide.
  private static let leastOverlap = 1e-4

  /// - Parameters:
  ///   - predictions: probabilities of each photograph.
  ///   - moved: those of the moved photographs, as many; none where that was not tried.
  ///   - trueClasses: as many, `nil` where no class is known.
  package init(
    _ candidate: PreparationCandidate, predictions: [[Float]], moved: [[Float]], trueClasses: [Int?]
  ) {
    self.candidate = candidate
    topClasses = predictions.map(Self.top)
    confidences = predictions.map { Double($0.max() ?? 0) }
    let labelled = zip(predictions, trueClasses).compactMap { row, label in label.map { (row, $0) } }
    isCorrect = labelled.map { Self.top($0) == $1 }
    likelihoods = labelled.map { row, label in
      log(max(Self.leastProbability, row.indices.contains(label) ? Double(row[label]) : 0))
    }
    stays = zip(predictions, moved).map { Self.top($0) == Self.top($1) }
    information = moved.isEmpty ? [] : Self.information(predictions, moved)
  }

  private static func top(_ row: [Float]) -> Int {
    row.indices.max { (row[$0], -$0) < (row[$1], -$1) } ?? 0
  }

  /// The logarithm of how much more two looks at one photograph agree than looks at different ones.
  ///
  /// A model that sees pictures as it was trained to is sure, stays at its answer when a picture moves, and has different
  /// answers for different pictures; each of the three alone also comes from nonsense, such as one class for all of them.
  private static func information(_ predictions: [[Float]], _ moved: [[Float]]) -> [Double] {
    var mean = [Double](repeating: 0, count: predictions.first?.count ?? 0)
    for row in predictions + moved { for (index, value) in row.enumerated() { mean[index] += Double(value) } }
    let total = Double(predictions.count + moved.count)
    mean = mean.map { max(leastMean, $0 / total) }
    return zip(predictions, moved).map { first, second in
      var overlap = 0.0
      for index in mean.indices { overlap += Double(first[index]) * Double(second[index]) / mean[index] }
      return log(max(leastOverlap, overlap))
    }
  }

  /// One for each labelled photograph whose class is found, zero for the others.
  var corrects: [Double] { isCorrect.map { $0 ? 1 : 0 } }

  package var accuracy: Double? { isCorrect.isEmpty ? nil : Self.mean(corrects) }
  package var confidence: Double { Self.mean(confidences) }
  package var agreement: Double? { stays.isEmpty ? nil : Self.mean(stays.map { $0 ? 1 : 0 }) }
  package var meanInformation: Double? { information.isEmpty ? nil : Self.mean(information) }
  var meanLikelihood: Double { Self.mean(likelihoods) }

  static func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
}

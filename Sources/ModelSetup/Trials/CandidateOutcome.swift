import Glibc
import Pixels

/// What a model makes of the photographs as one candidate prepares them.
package struct CandidateOutcome: Sendable {
  /// What the model says of one photograph.
  struct Look: Sendable {
    let topClass: Int
    /// Its probability.
    let confidence: Double
    /// Whether the top class is the true one, and the logarithm of the probability of the true one, which punishes false
    /// certainty; `nil` without a label.
    let label: (isCorrect: Bool, likelihood: Double)?
    /// Whether the top class stays when the picture is moved by some pixels, and how much the prediction of the moved picture says
    /// of which photograph it is, in nats; `nil` where that was not tried.
    let moved: (stays: Bool, information: Double)?
  }

  package let candidate: PreparationCandidate
  /// One a photograph.
  private let looks: [Look]

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
    let information = moved.isEmpty ? [] : Self.information(predictions, moved)
    looks = predictions.indices.map { place in
      let row = predictions[place]
      let top = Self.top(row)
      return Look(
        topClass: top, confidence: Double(row.max() ?? 0),
        label: trueClasses[place].map { label in
          (isCorrect: top == label, likelihood: Self.likelihood(of: label, row))
        },
        moved: moved.isEmpty ? nil : (stays: top == Self.top(moved[place]), information: information[place]))
    }
  }

  private static func top(_ row: [Float]) -> Int {
    row.indices.max { (row[$0], -$0) < (row[$1], -$1) } ?? 0
  }

  private static func likelihood(of label: Int, _ row: [Float]) -> Double {
    log(max(leastProbability, row.indices.contains(label) ? Double(row[label]) : 0))
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

  /// One a photograph.
  var topClasses: [Int] { looks.map(\.topClass) }
  /// One for each labelled photograph whose class is found, zero for the others.
  var corrects: [Double] { looks.compactMap { look in look.label.map { $0.isCorrect ? 1 : 0 } } }
  /// Of the labelled photographs.
  var likelihoods: [Double] { looks.compactMap { $0.label?.likelihood } }
  /// Of all photographs; empty where none was moved.
  var information: [Double] { looks.compactMap { $0.moved?.information } }
  private var stays: [Double] { looks.compactMap { look in look.moved.map { $0.stays ? 1 : 0 } } }

  package var accuracy: Double? { Self.knownMean(corrects) }
  package var confidence: Double { Self.mean(looks.map(\.confidence)) }
  package var agreement: Double? { Self.knownMean(stays) }
  package var meanInformation: Double? { Self.knownMean(information) }
  var meanLikelihood: Double { Self.mean(likelihoods) }

  private static func knownMean(_ values: [Double]) -> Double? { values.isEmpty ? nil : mean(values) }
  static func mean(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.reduce(0, +) / Double(values.count) }
}

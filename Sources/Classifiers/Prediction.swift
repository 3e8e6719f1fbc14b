import Common
import Pixels
import RealModule

extension SluiceError.Code {
  package static let classifierFailed = SluiceError.Code("classifier-failed")
}

/// What a classifier says about one image.
package struct Prediction: Sendable, Hashable {
  /// A probability for each class; they sum to one.
  package let probabilities: [Float]
  /// Natural logarithms of the probabilities, finite also where a probability underflows.
  package let logProbabilities: [Float]
  /// The class of the highest probability; the first of equals.
  package let topClass: Int

  /// No logarithm is lower, so that differences of two stay finite in single precision.
  private static let lowest = -1e30
  /// Of probabilities as they are given.
  private static let lowestProbability: Float = 1e-12

  package var topProbability: Float { probabilities[topClass] }

  /// ln(p / (1 − p)) of the top class, −50…50: how sure the classifier is, also where the probability rounds to one.
  ///
  /// - Complexity: O(classes).
  package var topLogOdds: Double {
    guard logProbabilities.count > 1 else { return Self.maxLogOdds }
    var highest = -Double.infinity
    for index in logProbabilities.indices where index != topClass {
      highest = max(highest, Double(logProbabilities[index]))
    }
    var total = 0.0
    for index in logProbabilities.indices where index != topClass {
      total += Double.exp(Double(logProbabilities[index]) - highest)
    }
    let odds = Double(logProbabilities[topClass]) - highest - Double.log(total)
    return min(Self.maxLogOdds, max(-Self.maxLogOdds, odds))
  }

  /// Beyond this, confidences differ only by rounding.
  private static let maxLogOdds = 50.0

  /// The softmax of logits.
  ///
  /// - Throws: `classifier-failed` for a value that is not finite, or no values.
  /// - Complexity: O(classes).
  package init(logits: Span<Float>) throws(SluiceError) {
    let highest = try Self.highestFinite(logits)
    let peak = Double(logits[highest])
    let weights = (0..<logits.count).map { Double.exp(Double(logits[$0]) - peak) }
    let total = weights.reduce(0, +)
    let logTotal = Double.log(total)
    logProbabilities = (0..<logits.count).map { Float(max(Double(logits[$0]) - peak - logTotal, Self.lowest)) }
    probabilities = weights.map { Float($0 / total) }
    topClass = highest
  }

  /// Probabilities as a classifier gives them, used as they are.
  ///
  /// Logarithms are taken of at least 1e-12: a classifier that rounds small probabilities to zero would otherwise
  /// make every log-space distance infinite.
  ///
  /// - Throws: `classifier-failed` for a value outside [0, 1.001], a sum more than 0.001 from one, or no values.
  /// - Complexity: O(classes).
  package init(probabilities values: Span<Float>) throws(SluiceError) {
    topClass = try Self.highestFinite(values)
    for index in 0..<values.count where !Self.roundedProbability.contains(values[index]) {
      throw SluiceError(
        .classifierFailed, "the classifier returned \(values[index]) where a probability was expected",
        remedy: "declare `scores: logits` when the model has no softmax")
    }
    let total = (0..<values.count).reduce(0.0) { $0 + Double(values[$1]) }
    guard abs(total - 1) <= 1e-3 else {
      throw SluiceError(.classifierFailed, "the classifier's probabilities sum to \(total) instead of 1")
    }
    probabilities = (0..<values.count).map { values[$0] }
    logProbabilities = (0..<values.count).map { Float(Double.log(Double(max(values[$0], Self.lowestProbability)))) }
  }

  /// What rounding makes of probabilities: those of the surest answers come out a little above one.
  private static let roundedProbability: ClosedRange<Float> = 0...1.001

  /// The answer of a model with one number for two classes.
  ///
  /// What rounds to one is less than half a step below it, and no more is known of the first class. One step further down must not
  /// be eleven nats away, as it would be from the lowest logarithm of other probabilities.
  ///
  /// - Parameters:
  ///   - element: the type that the model gave the number in.
  /// - Throws: `classifier-failed` for a value that is not finite or lies outside [0, 1.001].
  package init(probabilityOfSecond value: Float, as element: TensorElement = .float32) throws(SluiceError) {
    guard Self.roundedProbability.contains(value) else {
      throw SluiceError(
        .classifierFailed, "the classifier returned \(value) where a probability was expected",
        remedy: "declare `scores: oneLogit` when the model has no sigmoid")
    }
    let pair = [1 - min(1, value), min(1, value)]
    let least = max(Self.lowestProbability, element.halfStepBelowOne)
    logProbabilities = zip(pair, [least, Self.lowestProbability]).map { Float(Double.log(Double(max($0, $1)))) }
    probabilities = pair
    topClass = pair[1] > pair[0] ? 1 : 0
  }

  /// What rounding to the nearest step can make of a sum of one: nothing, where each probability is below half a step, up to
  /// twice as much, where each is just above. What is more comes of a wrong scale, or of other numbers.
  ///
  /// Whoever sends a picture chooses how unsure the model is of it. So no sum that rounding explains may be an error.
  package static let roundedSums: ClosedRange<Double> = 0...2.001

  /// Probabilities that were rounded to 8 bits, divided by their sum: of a thousand classes, most round to zero. Where all do,
  /// each class is as probable as any other.
  ///
  /// - Throws: `classifier-failed` for a negative value, a sum that no rounding makes of one, or no values.
  /// - Complexity: O(classes).
  package init(roundedProbabilities values: Span<Float>) throws(SluiceError) {
    _ = try Self.highestFinite(values)
    let total = (0..<values.count).reduce(0.0) { $0 + Double(values[$1]) }
    guard Self.roundedSums.contains(total), (0..<values.count).allSatisfy({ values[$0] >= 0 }) else {
      throw SluiceError(
        .classifierFailed, "the classifier's numbers, which sum to \(total), are no rounded probabilities",
        remedy: "check `scores`, `outputScale` and `outputZeroPoint` beside the model")
    }
    let uniform = 1 / Float(values.count)
    let normalised = (0..<values.count).map { total > 0 ? Float(Double(values[$0]) / total) : uniform }
    try self.init(probabilities: normalised.span)
  }

  /// The prediction with its log probabilities divided by `temperature` and normalised again: softer above 1.
  ///
  /// - Precondition: `temperature` is positive.
  /// - Complexity: O(classes).
  package func softened(by temperature: Double) -> Prediction {
    precondition(temperature > 0)
    return temperature == 1 ? self : Prediction(self, temperature: temperature)
  }

  private init(_ original: Prediction, temperature: Double) {
    let scaled = original.logProbabilities.map { Double($0) / temperature }
    let peak = scaled[original.topClass]
    let logTotal = Double.log(scaled.reduce(0.0) { $0 + Double.exp($1 - peak) })
    logProbabilities = scaled.map { Float(max($0 - peak - logTotal, Self.lowest)) }
    probabilities = scaled.map { Float(Double.exp($0 - peak - logTotal)) }
    topClass = original.topClass
  }

  private static func highestFinite(_ values: Span<Float>) throws(SluiceError) -> Int {
    guard !values.isEmpty else { throw SluiceError(.classifierFailed, "the classifier returned no scores") }
    var highest = 0
    for index in 0..<values.count {
      guard values[index].isFinite else {
        throw SluiceError(
          .classifierFailed, "the classifier returned \(values[index]) as the score of class \(index)")
      }
      if values[index] > values[highest] { highest = index }
    }
    return highest
  }
}

extension TensorElement {
  /// What lies nearer to one is rounded to it, or down by a whole step; 0 for integers, whose steps are the model's own.
  fileprivate var halfStepBelowOne: Float {
    switch self {
    case .float32: 0x1p-25
    case .float16: 0x1p-12
    case .uint8, .int8: 0
    }
  }
}

import Classifiers
import Common
import FilterPipeline
import Pixels

/// What a model is worth in 8-bit integers.
package struct QuantisationOutcome: Sendable {
  /// The model's place in the filter file.
  package let place: String
  /// How many convolutions are computed in 8 bits, of how many of them and of matrix products.
  package let (convolutionCount, costlyCount): (Int, Int)
  /// `nil` where this processor does not compute in 8-bit integers.
  package let trial: Trial?

  /// On some of the images that it was shown.
  package struct Trial: Sendable {
    package let imageCount: Int
    /// How many of them have the same class as in single precision.
    package let sameClass: Int
    /// Medians of one call.
    package let (millisecondsInInt8, millisecondsInF32): (Double, Double)
  }
}

/// A few inputs of one model, drawn evenly from all, for asking it in both arithmetics.
struct QuantisationTrial {
  private let settings: OpenVINOSettings
  private let form: TensorForm
  private var inputs: [Input] = []
  private var seen = 0
  private var random: SplitMix64

  /// So many say what it is worth; their tensors take 40 MB at 224×224.
  private static let maximumCount = 64

  private final class Input: Sendable {
    let batch: TensorBatch

    init(_ batch: consuming TensorBatch) { self.batch = batch }
  }

  init(_ settings: OpenVINOSettings, _ form: TensorForm) {
    self.settings = settings
    self.form = form
    random = SplitMix64(seed: settings.modelPath)
  }

  /// Reservoir sampling (Vitter 1985, algorithm R).
  mutating func add(_ batch: consuming TensorBatch) {
    seen += 1
    if inputs.count < Self.maximumCount {
      inputs.append(Input(batch))
    } else {
      let place = Int(random.next() % UInt64(seen))
      if place < inputs.count { inputs[place] = Input(batch) }
    }
  }

  /// - Returns: `nil` where this processor does not compute in 8-bit integers.
  /// - Throws: what opening or asking the model throws.
  func outcome(
    _ ranges: ActivationRanges, environment: [String: String]
  ) async throws(SluiceError) -> QuantisationOutcome.Trial? {
    var (exact, quantised) = (settings, settings)
    exact.precision = .f32
    quantised.precision = .int8
    quantised.activationRanges = ranges
    guard try quantised.computedPrecision(environment: environment) == .int8 else { return nil }
    let models = [
      try OpenVINOClassifier(quantised, form: form, environment: environment),
      try OpenVINOClassifier(exact, form: form, environment: environment),
    ]
    for model in models { try model.prepare(batch: 1) }
    let clock = ContinuousClock()
    var milliseconds: [[Double]] = [[], []]
    var sameClass = 0
    for input in inputs {
      var classes: [Int] = []
      for (number, model) in models.enumerated() {
        let start = clock.now
        classes.append(try await model.predictions(for: input.batch)[0].topClass)
        milliseconds[number].append((clock.now - start) / .milliseconds(1))
      }
      if classes[0] == classes[1] { sameClass += 1 }
    }
    let medians = milliseconds.map { $0.sorted()[$0.count / 2] }
    return .init(
      imageCount: inputs.count, sameClass: sameClass, millisecondsInInt8: medians[0], millisecondsInF32: medians[1])
  }
}

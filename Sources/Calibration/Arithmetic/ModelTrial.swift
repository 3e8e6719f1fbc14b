import Classifiers
import Common
import Pixels

/// A few inputs of one model, drawn evenly from all, for asking it in several arithmetics.
struct ModelTrial {
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

  var imageCount: Int { inputs.count }

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

  /// Asks the model in single precision and in what else this processor has instructions for.
  ///
  /// - Parameters:
  ///   - ranges: what it needs for 8-bit integers; `nil` to leave them out.
  /// - Throws: what opening or asking the model throws.
  func trials(
    _ ranges: ActivationRanges?, environment: [String: String]
  ) async throws(SluiceError) -> [ModelArithmetics.Trial] {
    let models = try opened(ranges, environment: environment)
    let clock = ContinuousClock()
    var milliseconds = Array(repeating: [Double](), count: models.count)
    var sameClass = Array(repeating: 0, count: models.count)
    var distances = Array(repeating: 0.0, count: models.count)
    for input in inputs {
      var exact: Prediction?
      for (number, model) in models.enumerated() {
        let start = clock.now
        let seen = try await model.predictions(for: input.batch)[0]
        milliseconds[number].append((clock.now - start) / .milliseconds(1))
        let reference = exact ?? seen
        exact = reference
        if seen.topClass == reference.topClass { sameClass[number] += 1 }
        distances[number] += Self.distance(seen, reference)
      }
    }
    return models.indices.map { number in
      ModelArithmetics.Trial(
        precision: models[number].precision, sameClass: sameClass[number],
        distance: distances[number] / Double(max(1, inputs.count)),
        milliseconds: milliseconds[number].sorted()[inputs.count / 2])
    }
  }

  private static func distance(_ one: Prediction, _ other: Prediction) -> Double {
    zip(one.probabilities, other.probabilities).reduce(0) { $0 + Double(abs($1.0 - $1.1)) }
  }

  /// The model in each arithmetic, single precision first.
  private func opened(
    _ ranges: ActivationRanges?, environment: [String: String]
  ) throws(SluiceError) -> [OpenVINOClassifier] {
    var wanted: [(InferencePrecision, ComputedPrecision)] = [(.f32, .f32), (.auto, .bf16)]
    if ranges != nil { wanted.append((.int8, .int8)) }
    var models: [OpenVINOClassifier] = []
    for (setting, hoped) in wanted {
      var changed = settings
      changed.precision = setting
      changed.activationRanges = setting == .int8 ? ranges : nil
      guard try changed.computedPrecision(environment: environment) == hoped else { continue }
      let model = try OpenVINOClassifier(changed, form: form, environment: environment)
      try model.prepare(batch: 1)
      models.append(model)
    }
    return models
  }
}

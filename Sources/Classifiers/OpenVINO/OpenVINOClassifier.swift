import Common
import Pixels
import Synchronization

/// What the operator says about a model that OpenVINO is to run.
package struct OpenVINOSettings: Sendable, Hashable {
  /// An ONNX, OpenVINO IR or TensorFlow Lite file.
  package var modelPath: String
  /// The input tensor's name; may be left out for a model with one input.
  package var input: String?
  /// The output tensor's name; may be left out for a model with one output.
  package var output: String?
  package var scores = ScoreKind.logits
  /// What the numbers of an 8-bit output are worth; `nil` where the model gives floating-point numbers, or as usual.
  package var outputQuantisation: OutputQuantisation?
  package var precision = InferencePrecision.f32
  /// What `precision: int8` needs.
  package var activationRanges: ActivationRanges?
  /// The engine's library or its folder; `nil` to look in the usual places.
  package var library: String?
  /// How many inferences run at the same time, each on one thread.
  package var streams = 1

  package init(modelPath: String) {
    self.modelPath = modelPath
  }
}

/// What the integers of an 8-bit output stand for: `(q − zeroPoint) · scale`.
package struct OutputQuantisation: Sendable, Hashable {
  package let scale: Float
  package let zeroPoint: Int

  /// - Parameters:
  ///   - scale: what a step is worth; 1 leaves numbers as they are.
  package init(scale: Float = 1, zeroPoint: Int = 0) {
    self.scale = scale
    self.zeroPoint = zeroPoint
  }

  func values(_ numbers: [Float]) -> [Float] {
    self == OutputQuantisation() ? numbers : numbers.map { ($0 - Float(zeroPoint)) * scale }
  }
}

/// A classifier in this process, run by Intel's OpenVINO on the CPU.
///
/// The model is compiled for each batch size that occurs, because fixed shapes run fastest; a filter's batches have
/// few sizes, so this happens once for each. A model whose batch size is fixed by its file is run in groups of that size.
package final class OpenVINOClassifier: Classifier {
  package let form: TensorForm
  package var classCount: Int { contract.classCount }
  package var description: String { model.description }
  package var leastBatch: Int { contract.fixedBatch ?? 1 }
  /// The arithmetic it computes in on this machine.
  package let precision: ComputedPrecision
  private let model: OpenVINOModel
  private let settings: OpenVINOSettings
  private let contract: ModelContract
  private let compiled = Mutex<[Int: OpenVINOCompiledModel]>([:])

  /// Opens the engine and the model, and checks that the model takes tensors of `form`.
  ///
  /// - Parameters:
  ///   - cache: where compiled models are kept; `nil` to compile them each time.
  /// - Throws: `model-not-found`, `engine-not-found`, `engine-failed`, `model-mismatch`.
  package convenience init(
    _ settings: OpenVINOSettings, form: TensorForm, environment: [String: String], cache: ModelCache? = nil
  ) throws(SluiceError) {
    let model = try OpenVINOModel(settings, environment: environment, cache: cache)
    try self.init(model, settings, form, try ModelContract(model, settings, form))
  }

  private init(
    _ model: OpenVINOModel, _ settings: OpenVINOSettings, _ form: TensorForm, _ contract: ModelContract
  ) throws(SluiceError) {
    precision = try model.library.computedPrecision(of: settings.precision)
    self.model = model
    self.settings = settings
    self.form = form
    self.contract = contract
  }

  /// The same model for pictures of another size, or in another arithmetic, ready for single pictures.
  ///
  /// The file is shared and not read again. A size may also differ from one that the file fixes, where the model permits
  /// it: one that ends in an average over all places does.
  ///
  /// - Parameters:
  ///   - size: `nil` for the same size.
  ///   - precision: `nil` for the same setting.
  /// - Throws: `model-mismatch` for a size that the model does not permit, or for which it has another number of scores;
  ///   `engine-failed`, `classifier-failed`.
  package func derived(
    size: PixelSize? = nil, precision: InferencePrecision? = nil
  ) throws(SluiceError) -> OpenVINOClassifier {
    var settings = settings
    settings.precision = precision ?? settings.precision
    let form = TensorForm(
      element: form.element, layout: form.layout, channels: form.channels, size: size ?? form.size)
    let derived = try OpenVINOClassifier(model, settings, form, contract)
    do throws(SluiceError) {
      try derived.prepare(batch: 1)
    } catch {
      guard form.size != self.form.size, error.code == .engineFailed || error.code == .classifierFailed else {
        throw error
      }
      throw SluiceError(
        .modelMismatch,
        "the model \(model.path) does not run on pictures of \(form.size.width)×\(form.size.height): \(error.message)",
        remedy: OpenVINOModel.sizeRemedy)
    }
    return derived
  }

  /// Runs a batch of black images once: the model is then ready for batches of that size, and known to give what the
  /// filter says it gives.
  ///
  /// - Throws: `model-mismatch` for logits declared as probabilities and the other way round; `classifier-failed`.
  package func prepare(batch count: Int) throws(SluiceError) {
    let batch = TensorBatch(form: form, count: contract.fixedBatch ?? count)
    let scores = try run(batch.bytes, count: batch.count).prefix(contract.valueCount)
    guard settings.scores == .logits || settings.scores == .probabilities else {
      _ = try settings.scores.prediction(scores.span, as: contract.outputElement)
      return
    }
    let total = scores.reduce(0.0) { $0 + Double($1) }
    let areProbabilities = abs(total - 1) < 1e-3 && scores.allSatisfy { (0...1.001).contains($0) }
    let declared = settings.scores
    guard areProbabilities == (declared == .probabilities) else {
      let seen = areProbabilities ? ScoreKind.probabilities : .logits
      throw SluiceError(
        .modelMismatch, "the output of \(model.path) looks like \(seen.rawValue), not like \(declared.rawValue)",
        remedy: "declare `scores: \(seen.rawValue)` beside the model")
    }
  }

  /// Lets go of what was compiled for other batch sizes.
  func keepOnly(_ sizes: [Int]) {
    let sizes = Set(sizes.map { contract.fixedBatch ?? $0 })
    compiled.withLock { compiled in compiled = compiled.filter { sizes.contains($0.key) } }
  }

  package func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    let scores = try scores(of: batch)
    var predictions: [Prediction] = []
    for index in 0..<batch.count {
      let row = scores.span.extracting(index * contract.valueCount..<(index + 1) * contract.valueCount)
      predictions.append(try settings.scores.prediction(row, as: contract.outputElement))
    }
    return predictions
  }

  /// What the model gives for each image of the batch, in groups where the file fixes how many there are in a call.
  func scores(of batch: borrowing TensorBatch) throws(SluiceError) -> [Float] {
    precondition(batch.form == form)
    let groupSize = contract.fixedBatch ?? batch.count
    var scores: [Float] = []
    var first = 0
    while first < batch.count {
      let count = min(groupSize, batch.count - first)
      scores += try self.scores(of: batch, first: first, count: count, groupSize: groupSize)
        .prefix(count * contract.valueCount)
      first += count
    }
    return scores
  }

  private func scores(
    of batch: borrowing TensorBatch, first: Int, count: Int, groupSize: Int
  ) throws(SluiceError) -> [Float] {
    if count == groupSize {
      let start = first * form.bytesPerImage
      return try run(batch.bytes.extracting(start..<start + count * form.bytesPerImage), count: count)
    }
    // The last group of a model with a fixed batch size: the spare places stay zero and their scores unused.
    var padded = TensorBatch(form: form, count: groupSize)
    for index in 0..<count { padded.copyImage(first + index, of: batch, to: index) }
    return try run(padded.bytes, count: groupSize)
  }

  private func run(_ bytes: RawSpan, count: Int) throws(SluiceError) -> [Float] {
    contract.dequantisation.values(
      try compiledModel(batch: count).infer(
        bytes, input: contract.input, shape: form.shape(batch: count), element: form.element,
        output: contract.output, count: count * contract.valueCount))
  }

  private func compiledModel(batch count: Int) throws(SluiceError) -> OpenVINOCompiledModel {
    // Compiling under the lock keeps two threads from compiling the same size; it happens once a size.
    try compiled.withLock { (known) throws(SluiceError) -> OpenVINOCompiledModel in
      if let found = known[count] { return found }
      let fresh = try model.compiled(
        OpenVINOModel.Variant(
          input: contract.input, shape: form.shape(batch: count), output: contract.output,
          outputCount: count * contract.valueCount, settings, precision))
      known[count] = fresh
      return fresh
    }
  }
}

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
  package var precision = InferencePrecision.f32
  /// The engine's library or its folder; `nil` to look in the usual places.
  package var library: String?
  /// How many inferences run at the same time, each on one thread.
  package var streams = 1

  package init(modelPath: String) {
    self.modelPath = modelPath
  }
}

/// A classifier in this process, run by Intel's OpenVINO on the CPU.
///
/// The model is compiled for each batch size that occurs, because fixed shapes run fastest; a filter's batches have
/// one size, so this happens once. A model whose batch size is fixed by its file is run in groups of that size.
package final class OpenVINOClassifier: Classifier {
  package let form: TensorForm
  package let classCount: Int
  package let description: String
  private let model: OpenVINOModel
  private let settings: OpenVINOSettings
  private let contract: ModelContract
  private let compiled = Mutex<[Int: OpenVINOCompiledModel]>([:])

  /// Opens the engine and the model, and checks that the model takes tensors of `form`.
  ///
  /// - Throws: `model-not-found`, `engine-not-found`, `engine-failed`, `model-mismatch`.
  package init(
    _ settings: OpenVINOSettings, form: TensorForm, environment: [String: String]
  ) throws(SluiceError) {
    (model, description) = try OpenVINOModel.open(settings, environment: environment)
    contract = try ModelContract(model, settings, form)
    self.settings = settings
    self.form = form
    classCount = contract.classCount
  }

  /// Runs a batch of black images once: the model is then ready for batches of that size, and known to give what the
  /// filter says it gives.
  ///
  /// - Throws: `model-mismatch` for logits declared as probabilities and the other way round; `classifier-failed`.
  package func prepare(batch count: Int) throws(SluiceError) {
    let batch = TensorBatch(form: form, count: contract.fixedBatch ?? count)
    let scores = try run(batch.bytes, count: batch.count).prefix(classCount)
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

  package func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    precondition(batch.form == form)
    var predictions: [Prediction] = []
    let groupSize = contract.fixedBatch ?? batch.count
    var first = 0
    while first < batch.count {
      let count = min(groupSize, batch.count - first)
      let scores = try scores(of: batch, first: first, count: count, groupSize: groupSize)
      for index in 0..<count {
        let row = scores.span.extracting(index * classCount..<(index + 1) * classCount)
        predictions.append(try settings.scores.prediction(row))
      }
      first += count
    }
    return predictions
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
    try compiledModel(batch: count).infer(
      bytes, named: contract.input, shape: form.shape(batch: count), element: form.element,
      output: contract.output, count: count * classCount)
  }

  private func compiledModel(batch count: Int) throws(SluiceError) -> OpenVINOCompiledModel {
    // Compiling under the lock keeps two threads from compiling the same size; it happens once a size.
    try compiled.withLock { (known) throws(SluiceError) -> OpenVINOCompiledModel in
      if let found = known[count] { return found }
      let fresh = try model.compiled(
        input: contract.input, shape: form.shape(batch: count), streams: settings.streams,
        precision: settings.precision)
      known[count] = fresh
      return fresh
    }
  }
}

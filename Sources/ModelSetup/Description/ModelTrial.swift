import Classifiers
import Common
import Pixels

/// Runs a model that takes pictures in one way, to see what it gives.
struct ModelTrial {
  let probe: ModelProbe
  let input: ModelTensor
  let picture: PictureInput
  let size: PixelSize

  private static let timedCalls = 15
  private static let untimedCalls = 3
  private static let timeLimit = Duration.seconds(2)

  private var ownBatch: Int { picture.fixedBatch ?? 1 }

  /// The pattern that the model is asked twice.
  private static let repeated = 1

  /// The output with the scores, and what they stand for.
  ///
  /// - Throws: `model-mismatch` where there is none, and for a model that answers the same pictures in several ways;
  ///   `engine-failed`, `classifier-failed` where the model does not run.
  func output(_ choice: ScoreOutputChoice) throws(SluiceError) -> ScoreOutput {
    let form = picture.form(size)
    let prepared = try probe.prepared(for: input, shape: form.shape(batch: ownBatch))
    let tensor = try choice.choose(among: prepared.outputs)
    guard let shape = tensor.shape?.compactMap(\.self), let total = tensor.count else {
      throw SluiceError(.modelMismatch, "the output \(tensor.summary) of the model \(probe.path) has no fixed size")
    }
    guard shape.first == ownBatch else { throw notByPicture(tensor) }
    var runs: [[Float]] = []
    for index in 0..<TestPatterns.count {
      let values = Array(try numbers(prepared, index, tensor).prefix(total / ownBatch))
      guard values.allSatisfy(\.isFinite) else { throw notFinite(tensor) }
      runs.append(values)
    }
    let again = try numbers(prepared, Self.repeated, tensor).prefix(total / ownBatch)
    guard again.elementsEqual(runs[Self.repeated]) else { throw answersByChance() }
    let kind = try kind(of: runs, tensor, beside: prepared)
    return ScoreOutput(
      name: tensor.name, type: tensor.type, element: tensor.element, shape: [1] + shape.dropFirst(), kind: kind,
      candidates: choice.candidates(among: prepared.outputs))
  }

  private func kind(
    of runs: [[Float]], _ tensor: ModelTensor, beside prepared: PreparedModel
  ) throws(SluiceError) -> OutputKind {
    let ranged = Self.ranged(runs, tensor.element)
    let kind = OutputKind(ofRuns: ranged, isQuantised: tensor.element.isQuantised)
    let output = prepared.outputs.first { Self.holdsPlaces($0, of: tensor) && isByPicture($0, as: tensor) }
    guard let places = output, kind == .oneProbability || kind == .oneLogit else {
      return kind.corrected(byRuns: runs, hasPlaces: output != nil)
    }
    var classes: [Float] = []
    for index in runs.indices { classes += try numbers(prepared, index, places).prefix(1) }
    return kind.corrected(byScores: ranged.compactMap(\.first), classes: classes)
  }

  private func numbers(
    _ prepared: PreparedModel, _ pattern: Int, _ tensor: ModelTensor
  ) throws(SluiceError) -> [Float] {
    let batch = TestPatterns(form: picture.form(size)).batch(pattern, of: ownBatch)
    return try prepared.values(of: batch.bytes, output: tensor)
  }

  /// Nothing can be told from what it says of a changed picture.
  private func answersByChance() -> SluiceError {
    SluiceError(
      .modelMismatch, "the model \(probe.path) answers the same picture differently each time",
      remedy: "export it for inference (`model.eval()` in PyTorch), without random operators")
  }

  /// A head that was flattened for another size cuts one picture up into several rows.
  private func notByPicture(_ tensor: ModelTensor) -> SluiceError {
    SluiceError(
      .modelMismatch,
      "the model \(probe.path) gives \(tensor.summary) for a call with \(ownBatch) of \(size), which is not a row for each picture",
      remedy: "export it with an output of N×classes, and with the size of its pictures fixed where its layers need one"
    )
  }

  private func notFinite(_ tensor: ModelTensor) -> SluiceError {
    SluiceError(
      .classifierFailed, "the model \(probe.path) gives numbers in \(tensor.summary) that are not finite",
      remedy: "check the model with the program that it was made with")
  }

  /// Whether an output has a whole number beside each score of another, whatever axes of length one stand around them.
  private static func holdsPlaces(_ output: ModelTensor, of scores: ModelTensor) -> Bool {
    ["int64", "int32"].contains(output.type) && output.count != nil && output.count == scores.count
  }

  /// Whether the file leaves the size of an output open where it leaves that of the scores open: what stays as it is for any
  /// number of pictures is about the model.
  private func isByPicture(_ output: ModelTensor, as scores: ModelTensor) -> Bool {
    func isOpen(_ tensor: ModelTensor) -> Bool {
      probe.outputs.contains { $0.name == tensor.name && $0.count == nil }
    }
    return isOpen(output) || !isOpen(scores)
  }

  /// The runs with 8-bit numbers in the range of probabilities that they most likely stand for.
  private static func ranged(_ runs: [[Float]], _ element: TensorElement?) -> [[Float]] {
    switch element {
    case .uint8: runs.map { $0.map { $0 / 256 } }
    case .int8: runs.map { $0.map { ($0 + 128) / 256 } }
    default: runs
    }
  }

  /// Whether the model runs at another size, and gives as many scores.
  func takes(_ other: PixelSize, _ output: ScoreOutput) -> Bool {
    let form = picture.form(other)
    guard let values = try? values(form, TestPatterns(form: form).batch(1, of: ownBatch), ownBatch, output) else {
      return false
    }
    return values.count == ownBatch * output.valueCount && values.allSatisfy(\.isFinite)
  }

  /// Whether the model takes so many pictures in one call, and judges each of them as it does alone.
  func takes(batch count: Int, _ output: ScoreOutput) -> Bool {
    let form = picture.form(size)
    return BatchAgreement.holds(
      form, count: count,
      alone: { (pattern) throws(SluiceError) in
        try values(form, TestPatterns(form: form).batch(pattern, of: ownBatch), ownBatch, output)
      },
      together: { (batch) throws(SluiceError) in try values(form, batch, count, output) })
  }

  private func values(
    _ form: TensorForm, _ batch: borrowing TensorBatch, _ count: Int, _ output: ScoreOutput
  ) throws(SluiceError) -> [Float] {
    let prepared = try probe.prepared(for: input, shape: form.shape(batch: count))
    guard let tensor = prepared.outputs.first(where: { $0.name == output.name }) else { return [] }
    return try prepared.values(of: batch.bytes, output: tensor)
  }

  /// The time of a call in single precision, and in bfloat16 where the processor computes it natively.
  func timings(_ output: ScoreOutput) -> [CallTiming] {
    var precisions = [ComputedPrecision.f32]
    if (try? probe.computedPrecision(of: .auto)) == .bf16 { precisions.append(.bf16) }
    return precisions.compactMap { precision in
      guard let milliseconds = try? milliseconds(precision, output) else { return nil }
      return CallTiming(precision: precision, milliseconds: milliseconds)
    }
  }

  private func milliseconds(_ precision: ComputedPrecision, _ output: ScoreOutput) throws(SluiceError) -> Double? {
    let form = picture.form(size)
    let prepared = try probe.prepared(for: input, shape: form.shape(batch: ownBatch), precision: precision)
    guard let tensor = prepared.outputs.first(where: { $0.name == output.name }) else { return nil }
    let batch = TestPatterns(form: form).batch(1, of: ownBatch)
    let clock = ContinuousClock()
    let end = clock.now + Self.timeLimit
    var times: [Double] = []
    for call in 0..<Self.untimedCalls + Self.timedCalls {
      let start = clock.now
      _ = try prepared.values(of: batch.bytes, output: tensor)
      if call >= Self.untimedCalls { times.append((clock.now - start) / .milliseconds(1) / Double(ownBatch)) }
      if clock.now > end, !times.isEmpty { break }
    }
    return times.sorted()[times.count / 2]
  }
}

extension TensorElement? {
  /// Whether numbers of the type are rounded to 8 bits.
  var isQuantised: Bool { self == .uint8 || self == .int8 }
}

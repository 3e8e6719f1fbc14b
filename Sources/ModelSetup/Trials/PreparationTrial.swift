import Classifiers
import Common
import FilterPipeline
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// Tries ways of preparing pictures with a model, on photographs.
package struct PreparationTrial {
  private let classifier: ClassifierDescription
  private let photographs: TrialPhotographs
  private let prepared: PreparedModel
  private let output: ModelTensor
  private let size: PixelSize
  private let quantisation: Quantisation?
  private let outputQuantisation: Quantisation?

  /// Labels count when the best candidate is better than guessing by so many standard errors: numbers in file names may
  /// mean anything.
  private static let clearlyBetter = 3.0
  /// Labels are refuted where not even so many standard errors of guessing are reached.
  private static let perhapsBetter = 2.0
  /// Of fewer photographs a good model may miss all.
  private static let leastRefuting = 16
  /// Labels count when so large a share of the photographs has them.
  private static let leastLabelled = 0.5
  /// The share of the side that pictures are moved by.
  private static let shiftShare = 0.02

  /// - Throws: `engine-failed` where the model does not take the size.
  package init(
    _ probe: ModelProbe, _ classifier: ClassifierDescription, size: PixelSize, quantisation: Quantisation?,
    outputQuantisation: Quantisation?, photographs: TrialPhotographs
  ) throws(SluiceError) {
    guard let input = probe.inputs.first else {
      throw SluiceError(.modelMismatch, "the model \(probe.path) has no input")
    }
    let form = classifier.input.form(size)
    // Candidates differ by far more than the two arithmetics do.
    prepared = try probe.prepared(
      for: input, shape: form.shape(batch: classifier.input.fixedBatch ?? 1),
      precision: probe.computedPrecision(of: .auto))
    guard let output = prepared.outputs.first(where: { $0.name == classifier.output.name }) else {
      throw SluiceError(
        .modelMismatch, "the model \(probe.path) has no output `\(classifier.output.name.printableName)`")
    }
    self.classifier = classifier
    self.photographs = photographs
    self.output = output
    self.size = size
    self.quantisation = quantisation
    self.outputQuantisation = output.element.isQuantised ? outputQuantisation : nil
  }

  /// The outcomes of the normalisations and colour orders that are possible, with one geometry.
  ///
  /// - Parameters:
  ///   - progress: told the share that is done.
  package func colours(
    _ normalisations: [NamedNormalisation], _ orders: [TensorChannels], steps: [PreprocessStep],
    progress: (Double) -> Void
  ) throws(SluiceError) -> TrialResult {
    let pictures = try Pictures(photographs, steps, classifier.input.channels, shift)
    let candidates = normalisations.flatMap { normalisation in
      orders.map { PreparationCandidate(steps: steps, normalisation: normalisation, order: $0) }
    }
    return try result(candidates, prefersUsual: false, progress) { (_) throws(SluiceError) in pictures }
  }

  /// The outcomes of several geometries.
  package func geometries(
    _ geometries: [[PreprocessStep]], like candidate: PreparationCandidate, progress: (Double) -> Void
  ) throws(SluiceError) -> TrialResult {
    let candidates = geometries.map { steps in
      PreparationCandidate(steps: steps, normalisation: candidate.normalisation, order: candidate.order)
    }
    return try result(candidates, prefersUsual: true, progress) { (candidate) throws(SluiceError) in
      try Pictures(photographs, candidate.steps, classifier.input.channels, shift)
    }
  }

  private var shift: Int { max(1, Int((Double(size.width) * Self.shiftShare).rounded())) }

  private func result(
    _ candidates: [PreparationCandidate], prefersUsual: Bool, _ progress: (Double) -> Void,
    _ pictures: (PreparationCandidate) throws(SluiceError) -> Pictures
  ) throws(SluiceError) -> TrialResult {
    let labels = photographs.photographs.map(\.trueClass)
    let total = Double(2 * candidates.count)
    var done = 0.0
    func step() {
      done += 1
      progress(done / total)
    }
    var predictions: [[[Float]]] = []
    var leavesUnit = false
    for candidate in candidates {
      predictions.append(try self.predictions(candidate, try pictures(candidate).plain, &leavesUnit))
      step()
    }
    let plain = zip(candidates, predictions).map { candidate, rows in
      CandidateOutcome(candidate, predictions: rows, moved: [], trueClasses: labels)
    }
    if trustsLabels(plain) {
      return TrialResult(plain, by: .accuracy, prefersUsual: prefersUsual, leavesUnit: leavesUnit)
    }
    var outcomes: [CandidateOutcome] = []
    for (candidate, rows) in zip(candidates, predictions) {
      let moved = try self.predictions(candidate, try pictures(candidate).moved, &leavesUnit)
      outcomes.append(CandidateOutcome(candidate, predictions: rows, moved: moved, trueClasses: labels))
      step()
    }
    return TrialResult(
      outcomes, by: .information, prefersUsual: prefersUsual, leavesUnit: leavesUnit,
      refutedLabels: refutedLabels(plain)
    )
  }

  /// Whether enough photographs have a label, and some candidate finds clearly more of them than guessing would.
  private func trustsLabels(_ outcomes: [CandidateOutcome]) -> Bool {
    guard isMostlyLabelled(outcomes) else { return false }
    let labelled = Double(max(1, outcomes.first?.corrects.count ?? 0))
    let best = outcomes.compactMap(\.accuracy).max() ?? 0
    // Of all wrong and all right photographs, one more or less is taken as the error.
    let error = max(best * (1 - best), 1 / labelled) / labelled
    return best - Self.clearlyBetter * error.squareRoot() > guessing
  }

  /// The labels where they are those of most photographs, and plainly none that the model knows.
  ///
  /// Labels that are numbers do not count: a number in a file's name mostly means something else.
  private func refutedLabels(_ outcomes: [CandidateOutcome]) -> TrialResult.RefutedLabels? {
    let labelled = outcomes.first?.corrects.count ?? 0
    let named = photographs.photographs.count(where: \.isNamed)
    guard isMostlyLabelled(outcomes), labelled >= Self.leastRefuting, 2 * named > labelled else { return nil }
    let best = outcomes.compactMap(\.accuracy).max() ?? 0
    let error = max(guessing * (1 - guessing), 1 / Double(labelled)) / Double(labelled)
    guard best <= guessing + Self.perhapsBetter * error.squareRoot() else { return nil }
    return TrialResult.RefutedLabels(count: labelled, accuracy: best)
  }

  /// The share of photographs that a guess is right on.
  private var guessing: Double { 1 / Double(classifier.output.classCount) }

  private func isMostlyLabelled(_ outcomes: [CandidateOutcome]) -> Bool {
    let labelled = outcomes.first?.corrects.count ?? 0
    return Double(labelled) >= Self.leastLabelled * Double(photographs.photographs.count) && labelled > 1
  }

  private func predictions(
    _ candidate: PreparationCandidate, _ pictures: [[UInt8]], _ leavesUnit: inout Bool
  ) throws(SluiceError) -> [[Float]] {
    let form = classifier.input.form(size, order: candidate.order)
    let encoder = TensorEncoder(form: form, normalisation: candidate.values, quantisation: quantisation)
    var batch = TensorBatch(form: form, count: classifier.input.fixedBatch ?? 1)
    var rows: [[Float]] = []
    for samples in pictures {
      let image = PixelImage(size: size, channels: classifier.input.channels, samples: samples)
      encoder.encode(image, into: &batch, at: 0)
      let values = try prepared.values(of: batch.bytes, output: output).prefix(classifier.output.valueCount)
      leavesUnit = leavesUnit || isNoProbability(values.first ?? 0)
      rows.append(
        classifier.output.probabilities(
          Array(values), scale: outputQuantisation?.scale ?? 1, zeroPoint: Float(outputQuantisation?.zeroPoint ?? 0)))
    }
    return rows
  }

  /// Whether a number cannot be the one probability that the output was taken for.
  private func isNoProbability(_ value: Float) -> Bool {
    guard classifier.output.kind == .oneProbability else { return false }
    guard let outputQuantisation else {
      // What 8-bit numbers are worth is not known without their scale.
      return !output.element.isQuantised && value.isFinite && !OutputKind.unitRange.contains(value)
    }
    return !OutputKind.unitRange.contains((value - Float(outputQuantisation.zeroPoint)) * outputQuantisation.scale)
  }
}

/// The photographs at the size of the model, as they are and moved by some pixels.
private struct Pictures {
  let plain: [[UInt8]]
  let moved: [[UInt8]]

  init(
    _ photographs: TrialPhotographs, _ steps: [PreprocessStep], _ channels: PixelChannels, _ shift: Int
  ) throws(SluiceError) {
    let preprocessor = try Preprocessor(steps: steps, channels: channels)
    plain = try photographs.prepared(preprocessor)
    let reach = min(shift, Shift.reachRange.upperBound)
    moved = plain.map { samples in
      let image = PixelImage(size: preprocessor.outputSize, channels: channels, samples: samples)
      let squeezed = Shift(x: reach, y: -reach).squeeze(image)
      return squeezed.samples.copied
    }
  }
}

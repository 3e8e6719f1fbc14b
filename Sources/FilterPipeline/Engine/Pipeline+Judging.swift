import Classifiers
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

extension Pipeline {
  /// Judges one input. Never throws: whatever happens becomes a verdict.
  ///
  /// - Complexity: one decode, one squeeze for each distinct squeezer, one classifier call on a batch of
  ///   1 + squeezers images.
  package func judge(_ input: EncodedInput, id: Int) async -> Judgement {
    var verdict = Verdict(
      id: id, source: input.source, offset: input.offset, outcome: .failed, filter: identity)
    switch input.problem {
    case .unreadable(let error):
      verdict.error = error
      return Judgement(verdict: verdict)
    case .rejected(let error):
      verdict.outcome = .rejected
      if !input.bytes.isEmpty { verdict.sha256 = sha256(input.bytes) }
      verdict.error = error
      return Judgement(verdict: verdict)
    case nil: break
    }
    verdict.sha256 = sha256(input.bytes)
    do throws(SluiceError) {
      let image = try prepare(input.bytes, &verdict)
      return try await judge(image, verdict)
    } catch {
      verdict.error = error
      verdict.outcome = SluiceError.Code.ofImages.contains(error.code) ? .rejected : .failed
      return Judgement(verdict: verdict)
    }
  }

  /// The model-size image of an encoded one, for showing.
  package func modelImage(of bytes: [UInt8]) throws(SluiceError) -> PixelImage {
    preprocessor.apply(to: try decoder.decode(bytes.span).takePixels())
  }

  private func prepare(_ bytes: [UInt8], _ verdict: inout Verdict) throws(SluiceError) -> PixelImage {
    var watch = Stopwatch()
    let decoded = try decoder.decode(bytes.span)
    verdict.header = decoded.header
    verdict.findings = decoded.findings
    verdict.timings.decode = watch.lap()
    let image = preprocessor.apply(to: decoded.takePixels())
    verdict.timings.preprocess = watch.lap()
    return image
  }

  private func judge(_ image: consuming PixelImage, _ initial: Verdict) async throws(SluiceError) -> Judgement {
    var verdict = initial
    var watch = Stopwatch()
    let batch = batch(of: image)
    if let classifier {
      let predictions = try await classifier.predictions(for: batch)
      verdict.prediction = Verdict.Prediction(predictions[0], labels)
      verdict.detectors = try detectorVerdicts(predictions)
    }
    let isFlagged = verdict.detectors.contains(where: \.isFlagged)
    verdict.outcome = isFlagged ? .adversarial : .clean
    verdict.timings.detect = watch.lap()
    guard !isFlagged || observes else { return Judgement(verdict: verdict) }
    verdict.isObserved = isFlagged
    verdict.tensor = Verdict.TensorSummary(shape: form.shape(batch: 1), element: form.element)
    return Judgement(verdict: verdict, tensor: forwardedTensor(image, batch))
  }

  /// The image and its squeezed versions, as the classifier takes them.
  private func batch(of image: borrowing PixelImage) -> TensorBatch {
    var batch = TensorBatch(form: form, count: 1 + squeezers.count)
    originalEncoder.encode(image, into: &batch, at: 0)
    for (index, squeezer) in squeezers.enumerated() {
      squeezedEncoders[index].encode(squeezer.squeeze(image), into: &batch, at: index + 1)
    }
    return batch
  }

  /// - Throws: `classifier-failed` for a score that is not a number: it would compare as harmless.
  private func detectorVerdicts(_ predictions: [Prediction]) throws(SluiceError) -> [Verdict.DetectorVerdict] {
    let squeezed = zip(squeezers, predictions.dropFirst()).map { ($0.description, $1) }
    let evidence = Evidence(
      original: predictions[0], squeezed: Dictionary(squeezed, uniquingKeysWith: { first, _ in first }))
    let verdicts = definition.detectors.map { configured in
      Verdict.DetectorVerdict(
        name: configured.name, score: configured.detector.score(evidence), threshold: configured.threshold)
    }
    if let broken = verdicts.first(where: { !$0.score.value.isFinite }) {
      throw SluiceError(.classifierFailed, "the score of \(broken.name) is not a finite number")
    }
    return verdicts
  }

  private func forwardedTensor(_ image: borrowing PixelImage, _ batch: borrowing TensorBatch) -> ForwardedTensor {
    guard case .squeezed(let squeezer) = definition.forward else { return ForwardedTensor(batch, 0) }
    if let index = squeezers.firstIndex(where: { $0.description == squeezer.description }) {
      return ForwardedTensor(batch, index + 1)
    }
    var single = TensorBatch(form: form, count: 1)
    let encoder = TensorEncoder(
      form: form, normalisation: definition.normalisation, quantisation: definition.tensor.quantisation,
      sampleValues: squeezer.sampleValues)
    encoder.encode(squeezer.squeeze(image), into: &single, at: 0)
    return ForwardedTensor(single, 0)
  }
}

extension ForwardedTensor {
  fileprivate init(_ batch: borrowing TensorBatch, _ index: Int) {
    let image = batch.image(index)
    form = batch.form
    bytes = unsafe image.withUnsafeBytes { unsafe [UInt8]($0) }
  }
}

extension Verdict.Prediction {
  fileprivate init(_ prediction: Prediction, _ labels: ClassLabels?) {
    self.init(
      topClass: prediction.topClass, label: labels?[prediction.topClass],
      probability: prediction.topProbability)
  }
}

/// Measures stretches of time in milliseconds.
private struct Stopwatch {
  private var start = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now
    let elapsed = now - start
    start = now
    return Double(elapsed.components.seconds) * 1e3 + Double(elapsed.components.attoseconds) * 1e-15
  }
}

import Classifiers
import Decision
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

extension Pipeline {
  /// Judges one input. Never throws: whatever happens becomes a verdict.
  ///
  /// - Complexity: one decode, one squeeze for each distinct squeezer, one classifier call for every `maxBatch` images
  ///   of 1 + squeezers + autoencoders, one call of each further model.
  package func judge(_ input: EncodedInput, id: Int) async -> Judgement {
    var verdict = Verdict(
      id: id, source: input.source, offset: input.offset, outcome: .failed, filter: identity)
    switch input.problem {
    case .unreadable(let error):
      verdict.error = error
      return Judgement(verdict: verdict)
    case .rejected(let error):
      verdict.outcome = .rejected
      if !input.bytes.isEmpty { verdict.sha256 = services.sha256(input.bytes) }
      verdict.error = error
      return Judgement(verdict: verdict)
    case nil: break
    }
    let digest = services.sha256(input.bytes)
    verdict.sha256 = digest
    do throws(SluiceError) {
      var scores = ScoreSheet(definition.detectors)
      let image = try prepare(input.bytes, &verdict, &scores)
      return try await judge(image, seed: services.seed(digest: digest), verdict, scores)
    } catch {
      verdict.error = error
      verdict.outcome = SluiceError.Code.ofImages.contains(error.code) ? .rejected : .failed
      return Judgement(verdict: verdict)
    }
  }

  /// The model-size image of an encoded one, for showing.
  package func modelImage(of bytes: [UInt8]) throws(SluiceError) -> PixelImage {
    let decoded = try decoder.decode(bytes.span, keeping: FileFindings.neededExtras)
    guard let detector = fileFindings?.detector else {
      return definition.preprocessor.apply(to: decoded.takePixels())
    }
    return definition.preprocessor.apply(to: detector.canonical(decoded))
  }

  /// The seed that randomised squeezers have for an encoded image, for showing.
  package func seed(of bytes: [UInt8]) -> ImageSeed { services.seed(digest: services.sha256(bytes)) }

  private func prepare(
    _ bytes: [UInt8], _ verdict: inout Verdict, _ scores: inout ScoreSheet
  ) throws(SluiceError) -> PixelImage {
    var watch = Stopwatch()
    // Without a detector that looks at the whole source, a JPEG need only be decoded where the crop looks.
    let region: ImageDecoder.NeededRegion? =
      looksAtSource ? nil : { [definition] size in definition.preprocessor.neededRegion(of: size) }
    let extras: DecodedExtras = fileFindings == nil ? [] : FileFindings.neededExtras
    let decoded = try decoder.decode(bytes.span, keeping: extras, neededRegion: region)
    verdict.header = decoded.header
    verdict.findings = decoded.findings
    verdict.timings.decode = watch.lap()
    let header = decoded.header
    let source = try permitted(decoded, &verdict, &scores)
    if looksAtSource {
      scores.lookAtSource(source, scaledTo: definition.preprocessor.scaledSize(of: source.size))
    }
    verdict.timings.detect += watch.lap()
    let image = definition.preprocessor.apply(to: source)
    verdict.timings.preprocess = watch.lap()
    verdict.origin = ImageOrigin(header, scaledTo: definition.preprocessor.scaledSize(of: header.size), image)
    return image
  }

  /// The picture in the form that the policies on file findings want.
  ///
  /// - Throws: `refused-finding`, with the detector's score in the verdict.
  private func permitted(
    _ decoded: consuming DecodedImage, _ verdict: inout Verdict, _ scores: inout ScoreSheet
  ) throws(SluiceError) -> PixelImage {
    guard let (index, detector) = fileFindings else { return decoded.takePixels() }
    let configured = definition.detectors[index]
    // A filter file always gives this detector a threshold.
    let threshold = configured.threshold ?? FileFindings.kind.standardThreshold ?? 0
    let (score, refused) = detector.look(at: decoded, threshold: threshold, definition.preprocessor)
    scores.enter(score, at: index)
    guard refused.isEmpty else {
      verdict.detectors = [Verdict.DetectorVerdict(configured, score)]
      throw SluiceError(
        .refusedFinding, "the filter refuses files with \(refused.map(\.rawValue).joined(separator: ", "))")
    }
    return detector.canonical(decoded)
  }

  private func judge(
    _ image: consuming PixelImage, seed: ImageSeed, _ initial: Verdict, _ initialScores: ScoreSheet
  ) async throws(SluiceError) -> Judgement {
    var (verdict, scores) = (initial, initialScores)
    var watch = Stopwatch()
    scores.lookAtImage(image)
    if let predictionStage {
      let evidence = try await predictionStage.evidence(about: image, seed: seed)
      verdict.prediction = Verdict.Prediction(evidence.original, labels)
      scores.compare(evidence)
    }
    verdict.detectors = try scores.verdicts()
    if let decision { verdict.decide(decision) }
    let isFlagged = verdict.decision?.isFlagged == true || verdict.detectors.contains(where: \.isFlagged)
    verdict.outcome = isFlagged ? .adversarial : .clean
    verdict.timings.detect += watch.lap()
    guard !isFlagged || services.observes else { return Judgement(verdict: verdict) }
    verdict.isObserved = isFlagged
    verdict.tensor = Verdict.TensorSummary(shape: form.shape(batch: 1), element: form.element)
    return Judgement(verdict: verdict, tensor: forwardedTensor(image, seed))
  }

  private func forwardedTensor(_ image: borrowing PixelImage, _ seed: ImageSeed) -> ForwardedTensor {
    var batch = TensorBatch(form: form, count: 1)
    switch definition.forward {
    case .original: forwardEncoder.encode(image, into: &batch, at: 0)
    case .squeezed(let squeezer): forwardEncoder.encode(squeezer.squeeze(image, seed: seed), into: &batch, at: 0)
    }
    let bytes = batch.bytes
    return ForwardedTensor(form: form, bytes: unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) })
  }
}

extension Verdict {
  /// Enters what the calibrated detectors decide together.
  fileprivate mutating func decide(_ decision: Decision) {
    guard let origin else { return }
    let places = detectors.indices.filter { detectors[$0].threshold == nil }
    let outcome = decision.decide(places.map { detectors[$0].score.value }, from: origin)
    for (place, part) in zip(places, outcome.detectors) { detectors[place].part = part }
    self.decision = Together(outcome, budget: decision.budget)
  }
}

extension Verdict.Prediction {
  fileprivate init(_ prediction: Prediction, _ labels: ClassLabels?) {
    self.init(
      topClass: prediction.topClass, label: labels?[prediction.topClass],
      probability: prediction.topProbability)
  }
}

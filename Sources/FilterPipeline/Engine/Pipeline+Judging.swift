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
  ///
  /// - Parameters:
  ///   - flagged: what becomes of a flagged image; `nil` for what the run says.
  ///   - wantsPicture: whether the forwarded picture is wanted as well.
  ///   - failsOpen: whether an image is forwarded that the classifier failed on; the verdict stays `failed`.
  package func judge(
    _ input: EncodedInput, id: Int, flagged: FlaggedImages? = nil, wantsPicture: Bool = false, failsOpen: Bool = false
  ) async -> Judgement {
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
      try checkIsWanted()
      var scores = ScoreSheet(definition.detectors)
      let image = try prepare(input, &verdict, &scores)
      try checkIsWanted()
      let forwarding = Forwarding(
        flagged: flagged ?? (services.observes ? .observe : .enforce), seed: services.seed(digest: digest),
        wantsPicture: wantsPicture, failsOpen: failsOpen)
      return try await judge(image, forwarding, verdict, scores)
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

  /// The model-size image of an input, for showing.
  ///
  /// - Throws: what decoding throws.
  package func modelImage(of input: EncodedInput) throws(SluiceError) -> PixelImage {
    guard let layout = input.pixels else { return try modelImage(of: input.bytes) }
    let image = try PixelImage(allocating: layout.size, channels: layout.channels, samples: input.bytes.span)
    return definition.preprocessor.apply(to: image)
  }

  /// What the classifier says about a forwarded tensor.
  ///
  /// - Throws: `classifier-failed`, also for a filter without a classifier.
  package func prediction(of tensor: ForwardedTensor) async throws(SluiceError) -> Prediction {
    guard let classifier, classifier.form == tensor.form else {
      throw SluiceError(.classifierFailed, "the filter has no classifier for the tensor")
    }
    let batch = TensorBatch(form: tensor.form, bytes: tensor.bytes)
    return try await classifier.predictions(for: batch)[0]
  }

  /// The seed that randomised squeezers have for an encoded image, for showing.
  package func seed(of bytes: [UInt8]) -> ImageSeed { services.seed(digest: services.sha256(bytes)) }

  /// Work for somebody who has gone away is not begun.
  private func checkIsWanted() throws(SluiceError) {
    if Task.isCancelled { throw SluiceError(.cancelled, "nobody waits for the verdict any more") }
  }

  private func prepare(
    _ input: EncodedInput, _ verdict: inout Verdict, _ scores: inout ScoreSheet
  ) throws(SluiceError) -> PixelImage {
    if let layout = input.pixels { return try prepare(input.bytes, layout, &verdict, &scores) }
    return try prepare(input.bytes, &verdict, &scores)
  }

  /// Pixels that come without a file: there is nothing to decode, and nothing to find about a file.
  private func prepare(
    _ bytes: [UInt8], _ layout: EncodedInput.PixelLayout, _ verdict: inout Verdict, _ scores: inout ScoreSheet
  ) throws(SluiceError) -> PixelImage {
    var watch = Stopwatch()
    _ = try definition.limits.permittedSize(width: layout.size.width, height: layout.size.height, at: 0)
    let decoded = try PixelImage(allocating: layout.size, channels: layout.channels, samples: bytes.span)
    if let (index, _) = fileFindings {
      scores.enter(DetectorScore(nil, "no file to look at"), at: index)
    }
    let scaled = definition.preprocessor.scaledSize(of: layout.size)
    if looksAtSource { scores.lookAtSource(decoded, scaledTo: scaled) }
    verdict.timings.detect += watch.lap()
    let image = definition.preprocessor.apply(to: decoded)
    verdict.timings.preprocess = watch.lap()
    verdict.origin = ImageOrigin(pixels: layout.size, scaledTo: scaled, image)
    return image
  }

  private func prepare(
    _ bytes: [UInt8], _ verdict: inout Verdict, _ scores: inout ScoreSheet
  ) throws(SluiceError) -> PixelImage {
    var watch = Stopwatch()
    // Without a detector that looks at the whole source, a JPEG need only be decoded where the crop looks.
    let region: ImageDecoder.NeededRegion? =
      looksAtSource ? nil : { [definition] size in definition.preprocessor.neededRegion(of: size) }
    let extras: DecodedExtras = fileFindings == nil ? [] : FileFindings.neededExtras
    let decoded = try decoder.decode(bytes.span, keeping: extras, neededRegion: region, isWanted: { !Task.isCancelled })
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
    _ image: consuming PixelImage, _ forwarding: Forwarding, _ initial: Verdict, _ initialScores: ScoreSheet
  ) async throws(SluiceError) -> Judgement {
    var (verdict, scores) = (initial, initialScores)
    var watch = Stopwatch()
    var prediction: Prediction?
    scores.lookAtImage(image)
    if let predictionStage {
      let evidence: PredictionEvidence
      do throws(SluiceError) {
        evidence = try await predictionStage.evidence(about: image, seed: forwarding.seed)
      } catch {
        guard forwarding.failsOpen else { throw error }
        verdict.error = error
        verdict.handling = .unjudged
        return try forward(image, forwarding, Judgement(verdict: verdict), isFlagged: false)
      }
      prediction = evidence.original
      verdict.prediction = Verdict.Prediction(evidence.original, labels)
      scores.compare(evidence)
    }
    verdict.detectors = try scores.verdicts()
    if let decision { verdict.decide(decision) }
    let isFlagged = verdict.decision?.isFlagged == true || verdict.detectors.contains(where: \.isFlagged)
    verdict.outcome = isFlagged ? .adversarial : .clean
    verdict.timings.detect += watch.lap()
    return try forward(image, forwarding, Judgement(verdict: verdict, prediction: prediction), isFlagged: isFlagged)
  }

  /// Adds the tensor, and what else is wanted of a forwarded image; without them where the image is held back.
  private func forward(
    _ image: consuming PixelImage, _ forwarding: Forwarding, _ initial: Judgement, isFlagged: Bool
  ) throws(SluiceError) -> Judgement {
    var judgement = initial
    let change = isFlagged && forwarding.flagged == .sanitize ? sanitiser : forwarder
    if isFlagged {
      switch forwarding.flagged {
      case .enforce: return Judgement(verdict: judgement.verdict)
      case .sanitize: judgement.verdict.handling = .sanitized
      case .observe: judgement.verdict.handling = .observed
      }
    }
    var batch = TensorBatch(form: form, count: 1)
    if let change {
      judgement.prediction = nil
      let picture = change.picture(of: image, seed: forwarding.seed)
      change.encode(picture, into: &batch)
      if forwarding.wantsPicture { judgement.picture = try picture.encodedAsPNG() }
    } else {
      forwardEncoder.encode(image, into: &batch, at: 0)
      if forwarding.wantsPicture { judgement.picture = try image.encodedAsPNG() }
    }
    judgement.verdict.tensor = Verdict.TensorSummary(shape: form.shape(batch: 1), element: form.element)
    let bytes = batch.bytes
    judgement.tensor = ForwardedTensor(form: form, bytes: unsafe bytes.withUnsafeBytes { unsafe [UInt8]($0) })
    return judgement
  }
}

/// How an image is forwarded.
private struct Forwarding {
  let flagged: FlaggedImages
  let seed: ImageSeed
  let wantsPicture: Bool
  let failsOpen: Bool
}

extension Verdict {
  /// Enters what the calibrated detectors decide together.
  fileprivate mutating func decide(_ decision: Decision) {
    guard let origin else { return }
    let places = detectors.indices.filter { detectors[$0].threshold == nil }
    let outcome = decision.decide(
      places.map { detectors[$0].score.value }, .init(origin: origin, confidence: prediction?.logOdds))
    for (place, part) in zip(places, outcome.detectors) { detectors[place].part = part }
    if !outcome.groups.isEmpty {
      for (place, detector) in zip(places, decision.calibration.detectors) { detectors[place].group = detector.group }
    }
    self.decision = Together(outcome, budget: decision.budget)
  }
}

extension Verdict.Prediction {
  fileprivate init(_ prediction: Prediction, _ labels: ClassLabels?) {
    self.init(
      topClass: prediction.topClass, label: labels?[prediction.topClass],
      probability: prediction.topProbability, logOdds: prediction.topLogOdds)
  }
}

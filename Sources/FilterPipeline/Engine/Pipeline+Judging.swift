import Classifiers
import Common
import Decision
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

extension Pipeline {
  /// Judges one input. Never throws: whatever happens becomes a verdict.
  ///
  /// - Complexity: one decode, one call of the classifier, and one of a model for each witness, until the verdict is certain.
  package func judge(_ input: EncodedInput, id: Int, as wanted: WantedJudgement = WantedJudgement()) async -> Judgement
  {
    var verdict = Verdict(id: id, source: input.source, offset: input.offset, outcome: .failed, filter: identity)
    verdict.hasPrivateDetectors = hasPrivateDetectors
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
    var passage = Passage(
      input: input, wanted: wanted, draws: services.draws(digest: digest, auditing: auditedShare), verdict: verdict,
      scores: ScoreSheet(definition.detectors))
    passage.verdict.isSample = decision?.calibration.exits == nil || passage.draws.isAudited
    do throws(SluiceError) { try await way.advance(&passage) } catch { passage.fail(error) }
    return passage.judgement()
  }

  /// The model-size image of an input, for showing.
  ///
  /// - Throws: what decoding throws.
  package func modelImage(of input: EncodedInput) throws(SluiceError) -> PixelImage {
    guard let layout = input.pixels else { return try modelImage(of: input.bytes) }
    let image = try PixelImage(allocating: layout.size, channels: layout.channels, samples: input.bytes.span)
    return try definition.preprocessor.apply(to: image)
  }

  /// The model-size image of an encoded one, for showing.
  package func modelImage(of bytes: [UInt8]) throws(SluiceError) -> PixelImage {
    let decoded = try decoder.decode(bytes.span, keeping: FileFindings.neededExtras)
    guard let detector = definition.fileFindings?.detector else {
      return try definition.preprocessor.apply(to: decoded.takePixels())
    }
    return try definition.preprocessor.apply(to: detector.canonical(decoded))
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

  /// What the order of witnesses is drawn by for the image with this digest; `nil` in a filter without a secret.
  package func orderDraw(digest: String) -> UInt64? { services.draws(digest: digest, auditing: 0).order }
}

extension Passage {
  /// Ends in a verdict that says why there is no other.
  fileprivate mutating func fail(_ error: SluiceError) {
    // What was said about the file is why it is refused.
    if error.code == .refusedFinding { verdict.detectors = (try? scores.verdicts(isComplete: false)) ?? [] }
    verdict.error = error
    verdict.outcome = SluiceError.Code.ofImages.contains(error.code) ? .rejected : .failed
    verdict.handling = nil
    // Nothing is forwarded, whatever was being made when it failed.
    verdict.tensor = nil
    (forwardedTensor, forwardedPicture, forwardedPrediction) = (nil, nil, nil)
  }
}

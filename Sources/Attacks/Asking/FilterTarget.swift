import Classifiers
import Common
import Decision
import Detectors
import FilterPipeline
import ImageCodecs
import Pixels
import RealModule
import Workers

/// A filter as what is attacked: every picture is saved as a file and takes the whole way of an image.
package struct FilterTarget: Target {
  private let pipeline: Pipeline
  private let carrier: Carrier
  private let form: SavedForm
  private let pool: WorkerPool

  /// - Parameters:
  ///   - pool: where pictures that are asked about together are judged.
  package init(_ pipeline: Pipeline, _ carrier: Carrier, savedAs form: SavedForm, on pool: WorkerPool) {
    self.pipeline = pipeline
    self.carrier = carrier
    self.form = form
    self.pool = pool
  }

  package func answers(to pictures: [Picture]) async throws(SluiceError) -> [Answer] {
    guard pictures.count > 1 else {
      guard let picture = pictures.first else { return [] }
      return [try await answer(to: file(of: picture))]
    }
    let tasks = pictures.map { picture in
      Task(executorPreference: pool) { () async -> Result<Answer, SluiceError> in
        do throws(SluiceError) { return .success(try await answer(to: file(of: picture))) } catch {
          return .failure(error)
        }
      }
    }
    var results: [Result<Answer, SluiceError>] = []
    // All are awaited, also after an error: nothing goes on behind the caller's back.
    for task in tasks { results.append(await task.value) }
    var answers: [Answer] = []
    for result in results { answers.append(try result.get()) }
    return answers
  }

  /// The file that is saved for an attacked picture.
  package func file(of picture: Picture) throws(SluiceError) -> [UInt8] {
    try form.file(of: carrier.bearing(picture), atMost: pipeline.definition.limits.maxBytes)
  }

  /// What the filter says of a file.
  ///
  /// - Throws: what keeps the file from being judged, except that it was rejected.
  package func answer(to file: [UInt8]) async throws(SluiceError) -> Answer {
    try await pipeline.answer(to: file)
  }
}

extension Pipeline {
  /// What an attack is told about an encoded image, flagged or not.
  ///
  /// - Throws: what keeps the image from being judged. One that is rejected, and one of which models say what is no number, has
  ///   an answer without a class: it is not forwarded, and an attack goes on with others.
  package func answer(to file: [UInt8]) async throws(SluiceError) -> Answer {
    // Observed, so that a flagged image has a prediction as well; the verdict stays what it is.
    let judgement = await judge(EncodedInput(source: "attack", bytes: file), id: 1, as: .init(flagged: .observe))
    let verdict = judgement.verdict
    switch verdict.outcome {
    case .failed:
      guard let error = verdict.error, error.code != .classifierFailed else { return .withoutClass }
      throw error
    case .rejected: return .withoutClass
    case .clean, .adversarial: break
    }
    let prediction: Prediction?
    do throws(SluiceError) {
      prediction = try await self.prediction(of: judgement)
    } catch {
      guard error.code == .classifierFailed else { throw error }
      return .withoutClass
    }
    guard let prediction else {
      throw SluiceError(.invalidAttack, "the filter has no classifier to attack", remedy: "name one under `classifier`")
    }
    return Answer(
      logProbabilities: prediction.logProbabilities, topClass: prediction.topClass,
      probability: Double(prediction.topProbability), isHeldBack: verdict.outcome == .adversarial,
      suspicion: verdict.suspicion, pValue: verdict.decision?.pValue.value)
  }
}

extension Pipeline {
  private func prediction(of judgement: Judgement) async throws(SluiceError) -> Prediction? {
    if let known = judgement.prediction { return known }
    guard let tensor = judgement.tensor else { return nil }
    return try await prediction(of: tensor)
  }
}

extension Answer {
  fileprivate static let withoutClass = Answer(logProbabilities: [], topClass: nil, isHeldBack: true)
}

extension Verdict {
  /// How far the image is beyond what the filter lets pass: ln(budget/p), and a little for every score, which orders images of
  /// the same p-value. Private detectors and groups are left out: an attacker never sees them.
  fileprivate var suspicion: Double {
    let seen = detectors.filter { !$0.isPrivate }
    var sum = 0.0
    for detector in seen {
      guard let value = detector.score.value, value.isFinite else { continue }
      sum += Self.tieBreak * value / (1 + abs(value))
      if let threshold = detector.threshold, value > threshold { sum += 1 }
    }
    guard let decision else { return sum }
    let shown = decision.groups.filter { !decision.privateGroups.contains($0.name) }
    let ratios =
      decision.groups.isEmpty
      ? (hasPrivateDetectors ? [] : [decision.budget / decision.pValue.value])
      : shown.map { decision.budget * $0.share / $0.pValue }
    return sum + (ratios.max().map { $0 > 0 && $0.isFinite ? .log($0) : 0 } ?? 0)
  }

  private static let tieBreak = 0.05
}

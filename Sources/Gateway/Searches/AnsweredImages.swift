import Common
import FilterPipeline
import OpenInference
import StatefulDetection

/// Images that were judged, with what their chains were answered first where that is to be answered again.
///
/// An image of a search is never forwarded. Where its chain was first asked something else, or that is not kept any
/// more, there is nothing to answer, and its sender is turned away as if the gateway were busy.
struct AnsweredImages: Sendable {
  private(set) var judgements: [Judgement]
  /// Whether each is told to be held back.
  private let isHeldBack: [Bool]
  private let sightings: [Sighting?]
  /// The first answers that stand for the images' own; `nil` for images that are no part of a search.
  private let first: [FirstAnswer?]
  /// Where first answers are kept; `nil` where none are to be given again.
  private let answers: FirstAnswers?

  /// Images that are answered as they are, whatever others were.
  init(_ judgements: [Judgement]) {
    self.judgements = judgements
    isHeldBack = judgements.map { $0.tensor == nil }
    sightings = []
    first = [FirstAnswer?](repeating: nil, count: judgements.count)
    answers = nil
  }

  /// - Parameters:
  ///   - sightings: one an image.
  ///   - route: what is asked. An image that others look at next, behind a check or as a tensor, is never let go on
  ///     another image's verdict.
  /// - Throws: `busy`.
  init(
    _ judgements: [Judgement], _ sightings: [Sighting?], _ answers: FirstAnswers, _ route: JudgingRoute
  ) throws(SluiceError) {
    self.sightings = sightings
    self.answers = answers
    var isHeldBack = judgements.map { $0.tensor == nil }
    var (told, first) = (judgements, [FirstAnswer?](repeating: nil, count: judgements.count))
    for (place, sighting) in sightings.enumerated() {
      guard let sighting, sighting.concernsAsker else { continue }
      guard let answer = answers.answer(of: sighting.chain) else { throw .queueIsFull }
      first[place] = answer
      if isHeldBack[place], route == .check || route == .filter { continue }
      told[place].answer(as: answer.verdict)
      isHeldBack[place] = !answer.isForwarded
    }
    self.judgements = told
    self.isHeldBack = isHeldBack
    self.first = first
  }

  /// The refusal of the request because of the first image that is held back; `nil` where all go on.
  var refusal: Refusal? {
    isHeldBack.firstIndex(of: true).map { Refusal(judgements[$0].verdict, place: $0, of: judgements.count) }
  }

  /// Keeps what images were answered that are no part of a search.
  ///
  /// - Parameters:
  ///   - response: what the backend said about all images, where it was asked.
  func keep(_ response: InferenceResponse? = nil, to wish: FirstAnswer.Wish? = nil) {
    guard let answers else { return }
    let parts = response?.parts(judgements.count)
    for (place, sighting) in sightings.enumerated() {
      guard let sighting, first[place] == nil else { continue }
      answers.add(FirstAnswer(judgements[place], parts?[place], to: wish), of: sighting.chain)
    }
  }

  /// The answer to all images: of each that is no part of a search what the backend says now, and of others the first.
  ///
  /// - Parameters:
  ///   - ask: asks the backend about the images at some places.
  /// - Throws: `busy` where a first answer was to another wish, or cannot be put together with others; what asking throws.
  func response(
    to wish: FirstAnswer.Wish, asking ask: ([Int]) async throws(Refusal) -> InferenceResponse
  ) async throws(Refusal) -> InferenceResponse {
    let own = judgements.indices.filter { first[$0] == nil }
    guard own.count < judgements.count else { return try await ask(own) }
    var parts: [InferenceResponse?] = first.map { $0?.responses[wish] }
    guard own.count == parts.count(where: { $0 == nil }) else { throw Refusal(.queueIsFull) }
    if !own.isEmpty {
      let answered = try await ask(own).parts(own.count)
      for (number, place) in own.enumerated() { parts[place] = answered?[number] }
    }
    guard let response = InferenceResponse(parts: parts.compactMap(\.self)),
      response.outputs.allSatisfy({ $0.shape.first == judgements.count })
    else { throw Refusal(.queueIsFull) }
    return response
  }
}

extension Judgement {
  /// Says of the image what the first of its chain was told, but nothing that its sender could tell the two apart by.
  fileprivate mutating func answer(as told: Verdict) {
    verdict.outcome = told.outcome
    verdict.handling = told.handling
    verdict.prediction = told.prediction
    verdict.detectors = told.detectors
    verdict.decision = told.decision
    verdict.error = told.error
    verdict.tensor = told.tensor
    (verdict.asked, verdict.ending, verdict.auditedExit) = (told.asked, told.ending, told.auditedExit)
  }
}

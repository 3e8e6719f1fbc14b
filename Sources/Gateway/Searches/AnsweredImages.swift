import Common
import FilterPipeline
import OpenInference
import StatefulDetection

/// Images that were judged, with what their sender was answered first where that is to be answered again.
///
/// An image of whoever searches is never forwarded. Where the first question was another, or its answer is not kept any more, there
/// is nothing to answer, and the sender is turned away as if the gateway were busy.
struct AnsweredImages: Sendable {
  private(set) var judgements: [Judgement]
  /// The filter that judged them.
  let pipeline: Pipeline
  /// What their tensors are charged to: held until the answer is made.
  let holding: MemoryCharge
  /// Whether each is told to be held back.
  private let isHeldBack: [Bool]
  /// What each is answered instead of what its verdict says.
  let answered: [RecordedVerdict.Answered?]
  /// The first answers that stand for the images' own; `nil` for images of those who do not search.
  private let first: [FirstAnswer?]
  /// Where first answers are kept; `nil` where none are to be given again.
  private let answers: FirstAnswers?
  /// What the images' own are kept as; `nil` for images that are not remembered.
  private let keys: [FirstAnswers.Key?]

  /// Images that are answered as they are, whatever others were.
  init(_ batch: JudgedBatch) {
    let judgements = batch.judgements
    self.judgements = judgements
    (pipeline, holding) = (batch.pipeline, batch.holding)
    isHeldBack = judgements.map { $0.tensor == nil }
    answered = judgements.map { _ in nil }
    first = judgements.map { _ in nil }
    answers = nil
    keys = []
  }

  /// - Parameters:
  ///   - sightings: one an image.
  ///   - context: what is asked, and by whom. A flagged image that others look at next, behind a check or as a tensor, never
  ///     goes by another image's verdict, also where flagged images are let go.
  /// - Returns: `nil` where a first answer is not kept.
  init?(_ batch: JudgedBatch, _ sightings: [Sighting?], _ answers: FirstAnswers, _ context: RequestContext) {
    let judgements = batch.judgements
    (pipeline, holding) = (batch.pipeline, batch.holding)
    self.answers = answers
    // By the address: others may share a network for which questions are counted.
    keys = sightings.map { $0.map { FirstAnswers.Key(chain: $0.chain, client: context.client) } }
    var isHeldBack = judgements.map { $0.tensor == nil }
    var told = judgements
    var answered: [RecordedVerdict.Answered?] = judgements.map { _ in nil }
    var first: [FirstAnswer?] = judgements.map { _ in nil }
    for (place, sighting) in sightings.enumerated() where sighting?.concernsAsker == true {
      guard let answer = keys[place].flatMap(answers.answer) else { return nil }
      first[place] = answer
      if judgements[place].verdict.outcome == .adversarial, context.route.isLookedAtNext { continue }
      told[place].answer(as: answer.verdict)
      isHeldBack[place] = !answer.isForwarded
      answered[place] = context.route.isLookedAtNext && answer.isForwarded ? .retold : .frozen
    }
    self.judgements = told
    self.isHeldBack = isHeldBack
    self.answered = answered
    self.first = first
  }

  /// The refusal of the request because of the first image that is held back; `nil` where all go on.
  var refusal: Refusal? {
    isHeldBack.firstIndex(of: true).map { Refusal(judgements[$0].verdict, place: $0, of: judgements.count) }
  }

  /// Keeps what images were answered of those who do not search.
  ///
  /// - Parameters:
  ///   - response: what the backend said about all images, where it was asked.
  func keep(_ response: InferenceResponse? = nil, to wish: FirstAnswer.Wish? = nil) {
    guard let answers else { return }
    let parts = response?.parts(judgements.count)
    for (place, key) in keys.enumerated() {
      guard let key, first[place] == nil else { continue }
      answers.add(FirstAnswer(judgements[place], parts?[place], to: wish), of: key)
    }
  }

  /// The answer to all images: of each what the backend says now, or the first answer where that stands for it.
  ///
  /// - Parameters:
  ///   - ask: asks the backend about the images at some places.
  /// - Throws: `busy` where a first answer was to another wish, or cannot be put together with others; what asking throws.
  func response(
    to wish: FirstAnswer.Wish, asking ask: ([Int]) async throws(Refusal) -> InferenceResponse
  ) async throws(Refusal) -> InferenceResponse {
    let own = judgements.indices.filter { first[$0] == nil }
    guard own.count < judgements.count else { return try await ask(own) }
    var parts: [InferenceResponse?] = first.map { $0?.response(to: wish) }
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

extension JudgingRoute {
  /// Whether somebody else uses the image itself next.
  fileprivate var isLookedAtNext: Bool { self == .check || self == .filter }
}

extension Judgement {
  /// Says of the image what the sender was told first, but nothing that he could tell the two apart by.
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

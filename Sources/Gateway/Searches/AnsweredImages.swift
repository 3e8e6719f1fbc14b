import Common
import FilterPipeline
import OpenInference
import StatefulDetection

/// An image that was judged, with what its sender is told of it.
struct AnsweredImage: Sendable {
  /// The verdict is the one that is told.
  fileprivate(set) var judgement: Judgement
  /// Whether it is told to be held back.
  fileprivate var isHeldBack: Bool
  /// What it is answered instead of what its verdict says.
  fileprivate(set) var answered: RecordedVerdict.Answered?
  /// The first answer that stands for its own; `nil` for an image of somebody who does not search.
  fileprivate var first: FirstAnswer?
  /// What its own answer is kept as; `nil` for an image that is not remembered.
  fileprivate var key: FirstAnswers.Key?

  /// An image that is answered as it is.
  fileprivate init(_ judgement: Judgement, key: FirstAnswers.Key? = nil) {
    self.judgement = judgement
    isHeldBack = judgement.tensor == nil
    self.key = key
  }

  /// - Returns: `nil` where a first answer is to be given and is not kept.
  fileprivate init?(_ image: JudgedBatch.Image, _ answers: FirstAnswers, _ context: RequestContext) {
    // By the address: others may share a network for which questions are counted.
    self.init(image.judgement, key: image.sighting.map { FirstAnswers.Key(chain: $0.chain, client: context.client) })
    guard image.sighting?.concernsAsker == true else { return }
    guard let answer = key.flatMap(answers.answer) else { return nil }
    first = answer
    if judgement.verdict.outcome == .adversarial, context.route.isLookedAtNext { return }
    judgement.answer(as: answer.verdict)
    isHeldBack = !answer.isForwarded
    answered = context.route.isLookedAtNext && answer.isForwarded ? .retold : .frozen
  }
}

/// Images that were judged, with what their sender was answered first where that is to be answered again.
///
/// An image of whoever searches is never forwarded. Where the first question was another, or its answer is not kept any more, there
/// is nothing to answer, and the sender is turned away as if the gateway were busy.
struct AnsweredImages: Sendable {
  let images: [AnsweredImage]
  /// The filter that judged them.
  let pipeline: Pipeline
  /// What their tensors are charged to: held until the answer is made.
  let holding: MemoryCharge
  /// Where first answers are kept; `nil` where none are to be given again.
  private let answers: FirstAnswers?

  /// Images that are answered as they are, whatever others were.
  init(_ batch: JudgedBatch) {
    images = batch.images.map { AnsweredImage($0.judgement) }
    (pipeline, holding) = (batch.pipeline, batch.holding)
    answers = nil
  }

  /// - Parameters:
  ///   - context: what is asked, and by whom. A flagged image that others look at next, behind a check or as a tensor, never
  ///     goes by another image's verdict, also where flagged images are let go.
  /// - Returns: `nil` where a first answer is not kept.
  init?(_ batch: JudgedBatch, _ answers: FirstAnswers, _ context: RequestContext) {
    images = batch.images.compactMap { AnsweredImage($0, answers, context) }
    guard images.count == batch.images.count else { return nil }
    (pipeline, holding) = (batch.pipeline, batch.holding)
    self.answers = answers
  }

  var judgements: [Judgement] { images.map(\.judgement) }

  /// The refusal of the request because of the first image that is held back; `nil` where all go on.
  var refusal: Refusal? {
    images.firstIndex(where: \.isHeldBack).map {
      Refusal(images[$0].judgement.verdict, place: $0, of: images.count)
    }
  }

  /// Keeps what images were answered of those who do not search.
  ///
  /// - Parameters:
  ///   - response: what the backend said about all images, where it was asked.
  func keep(_ response: InferenceResponse? = nil, to wish: FirstAnswer.Wish? = nil) {
    guard let answers else { return }
    let parts = response?.parts(images.count)
    for (place, image) in images.enumerated() {
      guard let key = image.key, image.first == nil else { continue }
      answers.add(FirstAnswer(image.judgement, parts?[place], to: wish), of: key)
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
    let own = images.indices.filter { images[$0].first == nil }
    guard own.count < images.count else { return try await ask(own) }
    var parts = images.map { $0.first?.response(to: wish) }
    guard own.count == parts.count(where: { $0 == nil }) else { throw Refusal(.queueIsFull) }
    if !own.isEmpty {
      let answered = try await ask(own).parts(own.count)
      for (number, place) in own.enumerated() { parts[place] = answered?[number] }
    }
    guard let response = InferenceResponse(parts: parts.compactMap(\.self)),
      response.outputs.allSatisfy({ $0.shape.first == images.count })
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

import Auditing
import Classifiers
import Common
import FilterPipeline
import Logging
import OpenInference

/// Judges what requests carry and sends on what is clean: what all transports share.
///
///     body ─ queue ─ read the request ─ judge its images ─ record the verdicts ─ backend ─ answer
package struct InferenceGateway: Sendable {
  package let engine: FilterEngine
  package let backend: any InferenceBackend
  package let admission: Admission
  /// What all requests together hold.
  package let memory: MemoryBudget
  package let metrics: GatewayMetrics
  package let rules: GatewayRules
  /// Records every verdict before anything of it leaves; `nil` without an audit log.
  package let audit: GatewayAudit?
  /// Notices searches; `nil` where no questions are remembered.
  package let searches: SearchGuard?
  /// What clients are called in records, and told apart by.
  package let client: ClientIdentity
  package let log: Logger
  /// Says which images are not clean.
  let unclean: UncleanLog

  package init(
    engine: FilterEngine, backend: any InferenceBackend, admission: Admission, memory: MemoryBudget,
    metrics: GatewayMetrics, rules: GatewayRules, audit: GatewayAudit? = nil, searches: SearchGuard? = nil,
    client: ClientIdentity = .none, log: Logger
  ) {
    self.searches = searches
    self.client = client
    self.memory = memory
    self.audit = audit
    self.engine = engine
    self.backend = backend
    self.admission = admission
    self.metrics = metrics
    self.rules = rules
    self.log = log
    unclean = UncleanLog(log)
  }

  /// Judges the images of an inference request, and asks the backend about them.
  ///
  /// - Parameters:
  ///   - read: makes the request of its body; runs on a worker.
  /// - Throws: `Refusal`.
  package func infer(
    _ context: RequestContext, _ read: @escaping @Sendable () throws(SluiceError) -> InferenceRequest
  ) async throws(Refusal) -> Inference {
    let (request, images) = try await judged(context) { () throws(SluiceError) in
      let request = try read()
      return (request, try ImageInputs(request, source: context.identity.id, most: rules.maxImages).images)
    }
    let wish = FirstAnswer.Wish(request.outputs)
    var response = try await images.response(to: wish) { (places) throws(Refusal) in
      try await ask(request, places, of: images, context)
    }
    images.keep(response, to: wish)
    response.modelName = rules.model
    response.id = request.id
    return Inference(
      request: request, response: response, judgements: images.judgements.map(\.withoutTensor), holding: images.holding)
  }

  private func ask(
    _ request: InferenceRequest, _ places: [Int], of images: AnsweredImages, _ context: RequestContext
  ) async throws(Refusal) -> InferenceResponse {
    let forwarded = ForwardedRequest(
      identity: context.identity, id: request.id, version: context.version, parameters: request.parameters,
      outputs: request.outputs,
      images: places.compactMap { ForwardedImage(images.images[$0].judgement) }, pipeline: images.pipeline,
      holding: images.holding, deadline: context.deadline)
    let start = ContinuousClock.now
    let response = try await backend.answer(forwarded)
    metrics.noteStage(.upstream, seconds: start.duration(to: .now).seconds)
    return response
  }

  /// Makes the answer of an inference, once there is memory for that.
  ///
  /// - Parameters:
  ///   - isRaw: whether the output of this name is written as it is, and not as JSON.
  ///   - work: writes it; runs on a worker.
  /// - Throws: what the work throws; `cancelled`.
  package func write<Answer: Sendable>(
    _ inference: Inference, isRaw: (String) -> Bool, _ work: @escaping @Sendable () throws(SluiceError) -> Answer
  ) async throws(SluiceError) -> Answer {
    let charge = try await memory.charge(inference.response.bytesForWriting(isRaw: isRaw), for: .answering)
    defer { withExtendedLifetime((charge, inference)) {} }
    return try await engine.compute(work)
  }

  /// Judges images that are forwarded to nobody.
  ///
  /// - Parameters:
  ///   - read: takes the images out of a body; runs on a worker.
  /// - Returns: the images, to be held for as long as their tensors and pictures are.
  /// - Throws: `Refusal`, also for the first image that is held back.
  func judge(
    _ context: RequestContext, picture: Bool = false,
    _ read: @escaping @Sendable () throws(SluiceError) -> [EncodedInput]
  ) async throws(Refusal) -> AnsweredImages {
    let images = try await judged(context, picture: picture) { () throws(SluiceError) in ((), try read()) }.images
    images.keep()
    return images
  }

  /// The request and the verdicts about its images, none of which is held back.
  private func judged<Request: Sendable>(
    _ context: RequestContext, picture: Bool = false,
    _ read: @escaping @Sendable () throws(SluiceError) -> (Request, [EncodedInput])
  ) async throws(Refusal) -> (request: Request, images: AnsweredImages) {
    let (request, judgements, settled) = try await admitted(context) { () throws(SluiceError) in
      let (request, images) = try await engine.compute(read)
      var parts: WantedJudgement.Parts = picture ? [.tensor, .picture] : .tensor
      if searches != nil { parts.insert(.modelImage) }
      let wanted = WantedJudgement(flagged: context.mode, parts: parts, failsOpen: rules.failOpen)
      let batch = try await engine.judge(images, as: wanted, within: memory) { judgement, place in
        searches?.note(judgement, place: place, of: context)
      }
      let settled = searches?.settle(batch, context) ?? SettledImages(batch)
      let judged = JudgedImage.all(batch, context, settled)
      let labels = batch.pipeline.labels
      try await audit?.record(judged, context, searches: searches?.records) { labels?[$0] }
      return (request, batch.judgements.map(\.withoutTensor), settled)
    }
    unclean.note(judgements.map(\.verdict), context.identity, context.route)
    let images = try await carriedOut(settled, context)
    if let refusal = images.refusal {
      images.keep()
      throw refusal
    }
    return (request, images)
  }

  /// Does what was settled about searches.
  private func carriedOut(_ settled: SettledImages, _ context: RequestContext) async throws(Refusal) -> AnsweredImages {
    guard let images = settled.images, await searches?.wait(settled, context) ?? true else {
      throw Refusal(.queueIsFull)
    }
    return images
  }

  private func admitted<Result>(
    _ context: RequestContext, _ work: () async throws(SluiceError) -> Result
  ) async throws(Refusal) -> Result {
    do throws(SluiceError) {
      return try await admission.admit(waited: { metrics.noteStage(.queue, seconds: $0.seconds) }, work)
    } catch {
      throw Refusal(error)
    }
  }
}

extension Judgement {
  /// What was decided, for those who need nothing else: tensors are held by those alone who are charged for them.
  fileprivate var withoutTensor: Judgement {
    var judgement = self
    (judgement.tensor, judgement.picture) = (nil, nil)
    return judgement
  }
}

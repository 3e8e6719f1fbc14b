import AuditLog
import Auditing
import Common
import FilterPipeline
import Logging
import StatefulDetection
import StatefulDetectionRedis
import Synchronization

/// Remembers what the gateway is asked, and knows what is done about searches.
package struct SearchGuard: Sendable {
  package let memory: QueryMemory
  let action: SearchAction
  /// How long answers to a search are held back.
  let delay: Duration
  /// First answers, to be given again; kept only where they may be.
  let firstAnswers: FirstAnswers?
  /// What goes into the audit log.
  let records: SearchRecords
  let slowed = SlowedRequests()
  /// With other gateways; `nil` without.
  let sharing: QuestionSharing?
  private let metrics: GatewayMetrics
  private let log: Logger
  private let clock: @Sendable () -> Int64

  /// - Parameters:
  ///   - clock: milliseconds since 1970.
  /// - Returns: `nil` where nothing is to be remembered.
  package init?(
    _ settings: Settings, sharing: SharingSettings? = nil, metrics: GatewayMetrics, log: Logger,
    clock: @escaping @Sendable () -> Int64 = { Int64(AuditTime.now.microseconds / 1000) }
  ) {
    guard settings.action != .off else { return nil }
    let memory = QueryMemory(settings.bounds, rule: settings.rule)
    self.memory = memory
    self.sharing = sharing.map { QuestionSharing($0, memory: memory, metrics: metrics, log: log) }
    action = settings.action
    records = SearchRecords(memory, action: settings.action)
    delay = settings.delay
    firstAnswers = settings.action == .freeze ? FirstAnswers(maximumBytes: settings.answers) : nil
    self.metrics = metrics
    self.log = log
    self.clock = clock
    metrics.declareSearches()
    metrics.noteRemembered(memory.size)
  }

  /// Remembers an image that was judged.
  ///
  /// - Parameters:
  ///   - place: of the image in its request, from 0.
  /// - Returns: `nil` for an image that was never seen, or about which nothing was learnt.
  func note(_ judgement: Judgement, place: Int, of context: RequestContext) -> Sighting? {
    guard let image = judgement.modelImage, let answer = Answer(judgement.verdict) else { return nil }
    let start = ContinuousClock.now
    let id = context.identity.id
    let question = Question(
      record: place == 0 ? id : "\(id)#\(place + 1)", client: context.asker, time: clock(),
      fingerprint: Fingerprint(of: image.pixels), answer: answer)
    let sighting = memory.note(question)
    sharing?.share(question)
    metrics.noteSighting(sighting, action, memory.size, seconds: start.duration(to: .now).seconds)
    if sighting.becameSearch { tell(sighting, id) }
    return sighting
  }

  /// What images are to be answered: their own answers, unless their sender searches.
  func settle(_ batch: JudgedBatch, _ context: RequestContext) -> SettledImages {
    if let firstAnswers {
      return AnsweredImages(batch, firstAnswers, context).map(SettledImages.answered) ?? .refused
    }
    guard batch.images.contains(where: { $0.sighting?.concernsAsker == true }) else { return SettledImages(batch) }
    return switch action {
    case .refuse: .refused
    case .slow: .slowed(AnsweredImages(batch))
    case .off, .silent, .freeze: SettledImages(batch)
    }
  }

  /// Holds back what is to be answered later.
  ///
  /// - Returns: false where too many wait already; then nothing was waited for.
  func wait(_ settled: SettledImages, _ context: RequestContext) async -> Bool {
    guard settled.isSlowed else { return true }
    return await slowed.wait(delay, before: context.deadline)
  }

  /// Once for a search; who asked is in the audit log alone.
  private func tell(_ sighting: Sighting, _ request: String) {
    log.notice(
      "somebody searches for an adversarial image",
      metadata: [
        "chain": "\(sighting.chain)", "questions": "\(sighting.length)", "request": "\(request)",
        "first": "\(sighting.first.record)", "action": "\(action.rawValue)",
      ])
  }
}

extension Answer {
  /// What a verdict says; `nil` for one that says nothing about the image.
  init?(_ verdict: Verdict) {
    let outcome: Outcome
    switch verdict.outcome {
    case .clean: outcome = .clean
    case .adversarial: outcome = .adversarial
    case .rejected, .failed: return nil
    }
    self.init(
      outcome: outcome, label: verdict.prediction?.topClass, score: verdict.prediction?.probability,
      logOdds: verdict.prediction.map { Float($0.logOdds) },
      filter: UInt64(verdict.filter.digest.prefix(16), radix: 16) ?? 0)
  }
}

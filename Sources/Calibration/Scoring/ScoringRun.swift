import Common
import Files
import FilterPipeline
import ImageCodecs

/// Scores groups of images with a filter, several at a time, and hands every verdict on in order.
package struct ScoringRun: Sendable {
  package let scoring: ScoringPipeline
  private let workers: Int
  package let interruption: Interruption
  private let sha256: @Sendable ([UInt8]) -> String

  package init(
    _ scoring: ScoringPipeline, workers: Int, interruption: Interruption,
    sha256: @escaping @Sendable ([UInt8]) -> String
  ) {
    self.scoring = scoring
    self.workers = workers
    self.interruption = interruption
    self.sha256 = sha256
  }

  /// Scores the images of one group.
  ///
  /// - Parameters:
  ///   - variants: changes that are made to each image, scored beside it.
  ///   - admits: whether an image or variant is to be scored; asked on the reader's thread.
  ///   - take: told every verdict, in order, on the writer's thread.
  /// - Throws: what reading the inputs as a whole throws; what `take` throws.
  package func score(
    _ group: ImageGroup, variants: [ImageVariant] = [],
    admits: @escaping @Sendable (ScoringTask) -> Bool = { _ in true },
    take: @escaping @Sendable (ScoringTask, Verdict) throws(SluiceError) -> Void
  ) async throws(SluiceError) {
    let limits = scoring.pipeline.definition.limits
    let images = RunInputs(
      PathList(group.paths, opensFolders: true), limit: limits.maxBytes, interruption: interruption)
    try await score(images, attack: group.attack, variants: variants, admits: admits, take: take)
  }

  /// Scores the images of any sequence, as the other form does.
  package func score(
    _ images: sending any InputSequence, attack: String?, variants: [ImageVariant] = [],
    admits: @escaping @Sendable (ScoringTask) -> Bool = { _ in true },
    take: @escaping @Sendable (ScoringTask, Verdict) throws(SluiceError) -> Void
  ) async throws(SluiceError) {
    let queue = ScoringQueue()
    let inputs = ScoringInputs(
      images, attack: attack, variants: variants, limits: scoring.pipeline.definition.limits, sha256: sha256,
      queue: queue, admits: admits)
    let run = FilterRun(
      scoring.pipeline, workers: workers, interruption: interruption,
      wanted: .init(flagged: .observe, asksEverything: true))
    _ = try await run.run(inputs, into: VerdictSink(queue: queue, take: take))
  }
}

/// Hands each verdict on with what was known about its image.
private final class VerdictSink: JudgementSink {
  private let queue: ScoringQueue
  private let take: @Sendable (ScoringTask, Verdict) throws(SluiceError) -> Void

  init(queue: ScoringQueue, take: @escaping @Sendable (ScoringTask, Verdict) throws(SluiceError) -> Void) {
    self.queue = queue
    self.take = take
  }

  func write(_ judgement: Judgement) throws(SluiceError) { try take(queue.removeFirst(), judgement.verdict) }

  func finish() {}
}

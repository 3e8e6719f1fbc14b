import Common
import Decision
import FilterPipeline
import Synchronization
import Workers

/// A filter that is open: it takes encoded images and gives verdicts.
///
/// ```swift
/// let filter = try await Filter(contentsOf: "filter.yaml")
/// let verdict = try await filter.judge(bytes)
/// ```
///
/// Open it once and share it: it may be asked from any number of tasks at a time. It judges on threads of its own, so that
/// neither an event loop nor Swift's own thread pool is kept busy. The threads end with the filter.
public final class Filter: Sendable {
  /// The `name` of the filter file.
  public let name: String
  /// SHA-256 of the filter file, in lower-case hexadecimal.
  public let digest: String
  /// The form of the tensors that clean images are forwarded as.
  public let tensorForm: Tensor.Form

  private let pipeline: Pipeline
  private let monitor: TrafficMonitor?
  private let exitAudit: ExitAudit?
  private let wanted: WantedJudgement
  private let threads: WorkerPool
  private let places: BoundedQueue
  private let lastNumber = Atomic<Int>(0)

  /// Reads a filter file, and opens the models that it names.
  ///
  /// This takes as long as loading the models does. Calling it again is how a changed file is taken up: judge with the new
  /// filter from then on, and let go of the old one, which finishes what it has begun.
  ///
  /// - Parameters:
  ///   - path: the filter file, absolute or relative to the current folder. Relative paths in it count from its own folder.
  ///   - options: what is not said in the file.
  /// - Throws: ``FilterError`` with the code `invalid-filter` for a file that is not a filter, `unreadable-file` for one that
  ///   cannot be read, `invalid-labels`, `invalid-secret` and `invalid-activation-ranges` for files that it names,
  ///   `model-not-found`, `unreadable-model`, `model-mismatch`, `engine-not-found`, `engine-failed` or `classifier-failed` for
  ///   the models, `invalid-calibration` for a file that is not a calibration, `calibration-mismatch` for one that was made for
  ///   something else, `too-few-images` for one that cannot spend the budget, `invalid-option`, `invalid-variable`, and
  ///   `processor-too-old`.
  public init(contentsOf path: String, options: Options = Options()) async throws(FilterError) {
    do throws(SluiceError) {
      try options.check()
      try Processor.checkIsCapable()
      threads = WorkerPool(threads: options.concurrency)
      pipeline = try await threads.run { () throws(SluiceError) -> Pipeline in try Self.opened(path, options) }
      wanted = WantedJudgement(flagged: try options.handling(in: pipeline))
    } catch {
      throw FilterError(error)
    }
    places = BoundedQueue(places: options.concurrency, waiting: options.maximumWaiting)
    name = pipeline.identity.name
    digest = pipeline.identity.digest
    tensorForm = Tensor.Form(pipeline.form)
    monitor = pipeline.trafficMonitor()
    exitAudit = pipeline.exitAudit()
  }

  /// Opening blocks its thread, so it happens on one of the filter's own.
  private static func opened(_ path: String, _ options: Options) throws(SluiceError) -> Pipeline {
    let variables = ProcessVariables.all.merging(options.variables) { $1 }
    let file = try FilterFile(path: path, variables: variables)
    return try Pipeline(file, .ofProcess(workers: options.concurrency))
  }

  /// Judges one encoded image.
  ///
  /// Whatever the bytes are, there is a verdict: one that cannot be decoded is `rejected`, and one whose judgement failed
  /// is `failed`. Neither has a tensor, so what must not be forwarded cannot be.
  ///
  /// - Parameters:
  ///   - bytes: a PNG or JPEG file. Its length and its size in pixels are checked against the limits of the filter file
  ///     before any pixel is allocated.
  ///   - source: what the verdict calls the image, such as a path or the number of a request.
  ///   - completely: whether everything is asked even where the verdict is certain before, for an explanation with all scores.
  /// - Throws: ``FilterError`` with the code `overloaded` when as many images wait as may, and `cancelled` when the task was
  ///   cancelled. Both say nothing about the image.
  /// - Complexity: one decode, one call of the classifier, and one of a model for each witness, until the verdict is certain.
  public func judge(
    _ bytes: [UInt8], source: String = "image", completely: Bool = false
  ) async throws(FilterError) -> Verdict {
    try await places.enter()
    let number = lastNumber.add(1, ordering: .relaxed).newValue
    var wanted = wanted
    wanted.asksEverything = completely
    let judgement = await threads.run { [pipeline, wanted] in
      await pipeline.judge(EncodedInput(source: source, bytes: bytes), id: number, as: wanted)
    }
    places.leave()
    guard judgement.verdict.error?.code != .cancelled else { throw FilterError.cancelled }
    _ = monitor?.note(judgement.verdict)
    _ = exitAudit?.note(judgement.verdict)
    return Verdict(judgement, of: bytes)
  }
  /// Whether the images that this filter has judged are still like those of its calibration; `nil` without a calibration, and
  /// for one that keeps no scores of unchanged photographs apart.
  ///
  /// Ask now and then, and tell the operator. Images that are found clean count, each once; those that are flagged do not, so
  /// that an attack is not taken for a change of what is sent.
  ///
  /// - Complexity: O(groups of detectors).
  public var calibrationState: CalibrationState? { CalibrationState(monitor?.report, exitAudit?.report) }
}

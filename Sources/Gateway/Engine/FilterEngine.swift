import Classifiers
import Common
import Decision
import Files
import FilterPipeline
import StatefulDetection
import Synchronization
import Workers

/// What an operator must hear about a calibration that is in use.
package enum CalibrationWarning: Sendable {
  /// Clean images no longer score like those of the calibration.
  case stale(TrafficReport.Change)
  /// More goes by early exits than clean images of the calibration explain.
  case exits(ExitAudit.Report)
}

/// Images that were judged, with the filter that judged them: what is said of them afterwards is in its words, whichever filter
/// has taken its place since.
package struct JudgedBatch: Sendable {
  /// One of them.
  struct Image: Sendable {
    let input: EncodedInput
    var judgement: Judgement
    /// What chain of questions it belongs to; `nil` where it is not remembered.
    let sighting: Sighting?
  }

  /// In the order in which they came.
  let images: [Image]
  package let pipeline: Pipeline
  /// What their tensors and pictures are charged to, for as long as anybody holds them.
  package let holding: MemoryCharge

  package var judgements: [Judgement] { images.map(\.judgement) }
}

/// The filter that judges, and the threads that it judges on; another filter can take its place while it works.
package final class FilterEngine: Sendable {
  /// The filter, and what its images are compared by.
  private struct Serving {
    let pipeline: Pipeline
    let monitor: TrafficMonitor?
    let exitAudit: ExitAudit?
    /// How many audited exits metrics say.
    var auditedExits = 0
  }

  private let current: Mutex<Serving>
  private let open: @Sendable (inout FileVersions) throws(SluiceError) -> Pipeline
  /// The files of the filter that was last opened or refused, as they were before they were read.
  private let files: Mutex<FileVersions>
  let workers: WorkerPool
  private let metrics: GatewayMetrics
  private let whenChanged: @Sendable (CalibrationWarning) -> Void
  private let lastNumber = Atomic<Int>(0)

  /// - Parameters:
  ///   - workers: images that are decoded, squeezed and classified at the same time.
  ///   - whenChanged: told once for a calibration that clean images no longer score like, and once for early exits that let
  ///     more go than it says.
  ///   - open: reads the filter file and opens its models, and notes each file before it reads it, also where it then throws;
  ///     called again for every reload.
  /// - Throws: what opening the filter throws.
  package init(
    workers: Int, metrics: GatewayMetrics, whenChanged: @escaping @Sendable (CalibrationWarning) -> Void = { _ in },
    open: @escaping @Sendable (inout FileVersions) throws(SluiceError) -> Pipeline
  ) throws(SluiceError) {
    var files = FileVersions()
    let pipeline = try open(&files)
    self.files = Mutex(files)
    let monitor = pipeline.trafficMonitor()
    let exitAudit = pipeline.exitAudit()
    current = Mutex(Serving(pipeline: pipeline, monitor: monitor, exitAudit: exitAudit))
    self.open = open
    self.whenChanged = whenChanged
    self.workers = WorkerPool(threads: workers)
    self.metrics = metrics
    metrics.noteFilter(pipeline.identity)
    metrics.noteTraffic(monitor?.report)
    metrics.noteExits(exitAudit?.report)
  }

  package var pipeline: Pipeline { current.withLock { $0.pipeline } }

  /// Whether a file has changed since the filter was last opened, also where it was then refused: a file that was missing may
  /// have come, and one that is only half written is no reason to stay with the old filter for good.
  var hasChanged: Bool { files.withLock { $0 }.haveChanged }

  /// Opens the filter anew, and judges with it from then on; what is being judged is finished with the old one.
  /// Comparing images with the calibration begins anew, unless it is the same.
  ///
  /// Calls come one after another: of two at a time, the one that began first, and may have read older files, could end last.
  ///
  /// - Parameters:
  ///   - fits: what the new filter must satisfy to serve in the old one's place.
  /// - Throws: what opening the filter throws, and what `fits` throws; the old filter then stays.
  package func reload(
    _ fits: (_ old: Pipeline, _ new: Pipeline) throws(SluiceError) -> Void
  ) throws(SluiceError) -> FilterIdentity {
    let fresh = try opened()
    try fits(pipeline, fresh)
    current.withLock { serving in
      let monitor = fresh.trafficMonitor(continuing: serving.monitor)
      let exitAudit = fresh.exitAudit(continuing: serving.exitAudit)
      let exits = exitAudit?.report
      serving = Serving(
        pipeline: fresh, monitor: monitor, exitAudit: exitAudit, auditedExits: exits?.audited ?? 0)
      metrics.noteTraffic(monitor?.report)
      metrics.noteExits(exits)
    }
    metrics.noteFilter(fresh.identity)
    return fresh.identity
  }

  private func opened() throws(SluiceError) -> Pipeline {
    var noted = FileVersions()
    defer {
      let seen = noted
      files.withLock { $0 = seen }
    }
    return try open(&noted)
  }

  /// Judges images once there is memory for what comes of all of them, and as many at a time as there is memory for.
  ///
  /// - Parameters:
  ///   - notice: sees each judgement with its place as soon as there is one, on a worker, and says what chain of questions the
  ///     image belongs to; the model-size image is then let go.
  /// - Returns: the images in the order in which they are given.
  /// - Throws: `cancelled` when the task is cancelled before anything is judged.
  package func judge(
    _ images: [EncodedInput], as wanted: WantedJudgement, within memory: MemoryBudget,
    notice: @escaping @Sendable (Judgement, _ place: Int) -> Sighting? = { _, _ in nil }
  ) async throws(SluiceError) -> JudgedBatch {
    let serving = current.withLock { $0 }
    let pipeline = serving.pipeline
    let holding = try await memory.charge(images.count * pipeline.bytesForHolding(wanted), for: .holding)
    let judged = await withTaskGroup(of: (Int, JudgedBatch.Image).self) { group in
      for (place, image) in images.enumerated() {
        let number = lastNumber.add(1, ordering: .relaxed).newValue
        group.addTask(executorPreference: workers) {
          // An image whose turn does not come is judged all the same, which its cancelled task keeps from going far: every
          // image has one verdict.
          let charge = try? await memory.charge(pipeline.bytesForJudging(image), for: .judging)
          defer { withExtendedLifetime(charge) {} }
          var judgement = await pipeline.judge(image, id: number, as: wanted)
          let sighting = notice(judgement, place)
          judgement.modelImage = nil
          return (place, JudgedBatch.Image(input: image, judgement: judgement, sighting: sighting))
        }
      }
      var judged = [JudgedBatch.Image?](repeating: nil, count: images.count)
      for await (place, image) in group { judged[place] = image }
      return judged.compactMap(\.self)
    }
    let judgements = judged.map(\.judgement)
    for judgement in judgements { metrics.noteVerdict(judgement.verdict) }
    if let monitor = serving.monitor { compare(judgements, by: monitor) }
    if let exitAudit = serving.exitAudit { count(judgements, by: exitAudit) }
    holding.shrinks(to: judgements.reduce(0) { $0 + $1.heldBytes })
    return JudgedBatch(images: judged, pipeline: pipeline, holding: holding)
  }

  /// Compares clean images with the calibration, and says so when it has become stale.
  private func compare(_ judgements: [Judgement], by monitor: TrafficMonitor) {
    for judgement in judgements {
      if let change = monitor.note(judgement.verdict) { whenChanged(.stale(change)) }
    }
    // A filter that was replaced meanwhile, or an older report, is not to have the last word.
    current.withLock { serving in
      if serving.monitor === monitor { metrics.noteTraffic(monitor.report) }
    }
  }

  /// Counts early exits, and says so when more goes by them than the calibration says.
  private func count(_ judgements: [Judgement], by exitAudit: ExitAudit) {
    for judgement in judgements {
      if let report = exitAudit.note(judgement.verdict) { whenChanged(.exits(report)) }
    }
    // Metrics say nothing of images that left.
    guard judgements.contains(where: { $0.verdict.auditedExit != nil }) else { return }
    let report = exitAudit.report
    // A filter that was replaced meanwhile, or an older report, is not to have the last word.
    current.withLock { serving in
      guard serving.exitAudit === exitAudit, report.audited >= serving.auditedExits else { return }
      serving.auditedExits = report.audited
      metrics.noteExits(report)
    }
  }

  /// Runs work that keeps a processor busy, away from the threads that serve connections.
  ///
  /// - Throws: what the work throws; `cancelled` for work that nobody waits for any more when its turn comes.
  func compute<Result: Sendable>(
    _ work: @escaping @Sendable () throws(SluiceError) -> Result
  ) async throws(SluiceError) -> Result {
    try await workers.run { () throws(SluiceError) -> Result in
      try SluiceError.checkCancellation()
      return try work()
    }
  }
}

extension Judgement {
  /// What it holds for whoever answers.
  fileprivate var heldBytes: Int { (tensor?.bytes.count ?? 0) + (picture?.count ?? 0) }
}

extension FilterEngine {
  /// What the filter's classifier says about a forwarded tensor.
  ///
  /// - Throws: `classifier-failed`, also for a filter without a classifier.
  func prediction(of tensor: ForwardedTensor, by pipeline: Pipeline) async throws(SluiceError) -> Prediction {
    try await workers.run { () async throws(SluiceError) -> Prediction in try await pipeline.prediction(of: tensor) }
  }
}

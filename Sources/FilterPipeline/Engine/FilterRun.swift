import Common
import Decision
import Files
import Workers

/// How many inputs a run had, and what became of them.
///
/// Conservation: `inputs == forwarded + flagged + rejected + failed`.
package struct RunSummary: Sendable, Hashable {
  package private(set) var forwarded = 0
  package private(set) var flagged = 0
  package private(set) var rejected = 0
  package private(set) var failed = 0
  /// Members of tar archives that are no images and so no inputs.
  package internal(set) var passedOver = 0
  /// How clean scores have changed since the calibration; `nil` unless they have.
  package internal(set) var change: TrafficReport.Change?
  /// What audited early exits showed; `nil` unless their certificate no longer holds.
  package internal(set) var exits: ExitAudit.Report?

  package var inputs: Int { forwarded + flagged + rejected + failed }

  package init() {}

  package mutating func count(_ outcome: Verdict.Outcome) {
    switch outcome {
    case .clean: forwarded += 1
    case .adversarial: flagged += 1
    case .rejected: rejected += 1
    case .failed: failed += 1
    }
  }
}

/// Takes judgements in input order.
package protocol JudgementSink: AnyObject {
  /// - Throws: `closed-pipe` when nobody reads any more, `unwritable-output` when the system reports an error.
  func write(_ judgement: Judgement) throws(SluiceError)

  /// Writes what belongs at the end. Called once, after all that is written was written without an error. A run that failed
  /// before its first judgement does not call it.
  func finish() throws(SluiceError)
}

/// Records judgements before anything leaves; called by several workers at a time.
package protocol JudgementRecorder: Sendable {
  /// Returns once the record is durable.
  ///
  /// - Throws: what keeps it from being recorded; the input is then not forwarded, and the run ends.
  func record(_ judgement: Judgement, of input: EncodedInput) async throws(SluiceError)
}

/// Judges a sequence of inputs, several at a time, and hands the results on in input order.
///
/// A reader thread fetches inputs, worker threads judge them, a writer thread writes them out. No more than `capacity`
/// inputs are anywhere between being read and being written, so memory does not depend on the length of the run, and
/// a slow reader downstream slows the reading.
package struct FilterRun: Sendable {
  private let pipeline: Pipeline
  private let workers: WorkerPool
  private let capacity: Int
  private let interruption: Interruption
  private let recorder: (any JudgementRecorder)?
  private let wanted: WantedJudgement
  /// Told in input order, so that a run says the same whenever it is repeated.
  private let monitor: TrafficMonitor?
  private let exitAudit: ExitAudit?

  /// - Parameters:
  ///   - workers: images judged at the same time.
  ///   - interruption: ends the run early; what has been read is still judged and written.
  ///   - recorder: keeps a record of every judgement; `nil` for none.
  package init(
    _ pipeline: Pipeline, workers: Int, interruption: Interruption, recorder: (any JudgementRecorder)? = nil,
    wanted: WantedJudgement = WantedJudgement()
  ) {
    self.wanted = wanted
    self.recorder = recorder
    monitor = pipeline.trafficMonitor()
    exitAudit = pipeline.exitAudit()
    self.pipeline = pipeline
    self.workers = WorkerPool(threads: workers)
    self.interruption = interruption
    // Enough that no worker waits while the writer is busy with a large tensor.
    capacity = 4 * workers
  }

  /// Runs until the inputs end.
  ///
  /// - Parameters:
  ///   - progress: told after each input, on the writer's thread.
  /// - Throws: what reading the inputs as a whole throws, and what the recorder throws, after everything before that has
  ///   been written and the sink has finished; what the sink throws.
  package func run(
    _ inputs: sending any InputSequence, into sink: sending any JudgementSink,
    progress: @escaping @Sendable (RunSummary) -> Void = { _ in }
  ) async throws(SluiceError) -> RunSummary {
    // The stream has no bound of its own: the gate lets no more in than it may hold.
    let gate = PlaceQueue(places: capacity)
    let (judgements, queue) = AsyncStream.makeStream(of: Task<Recorded, Never>.self)
    // Reading and writing wait in system calls; each has a thread for that.
    let readerThread = WorkerPool(threads: 1)
    let writerThread = WorkerPool(threads: 1)
    let reader = Task(executorPreference: readerThread) {
      await read(inputs, through: gate, into: queue)
    }
    let writer = Task(executorPreference: writerThread) {
      await write(judgements, into: sink, leaving: gate, behind: reader, progress: progress)
    }
    var (summary, failure) = await writer.value
    if let failure { throw failure }
    summary.passedOver = await reader.value.passedOver
    // Of the whole run, and not of the moment at which it became too many.
    summary.exits = exitAudit?.alarm
    return summary
  }

  /// Starts a judgement for each input, in order; returns how many tar members were passed over, and what ended the
  /// reading early.
  private func read(
    _ inputs: any InputSequence, through gate: PlaceQueue,
    into queue: AsyncStream<Task<Recorded, Never>>.Continuation
  ) async -> Reading {
    defer { queue.finish() }
    var id = 0
    do throws(SluiceError) {
      while true {
        // Any number may wait, so there is always a place in the end.
        _ = await gate.enterEvenIfCancelled()
        guard let input = try inputs.next() else { return (inputs.passedOver, nil) }
        id += 1
        let number = id
        queue.yield(Task(executorPreference: workers) { await judgeAndRecord(input, id: number) })
      }
    } catch {
      return (inputs.passedOver, error)
    }
  }

  private typealias Reading = (passedOver: Int, error: SluiceError?)
  private typealias Recorded = Result<Judgement, SluiceError>

  private func judgeAndRecord(_ input: EncodedInput, id: Int) async -> Recorded {
    let judgement = await pipeline.judge(input, id: id, as: wanted)
    do throws(SluiceError) {
      try await recorder?.record(judgement, of: input)
      return .success(judgement)
    } catch {
      return .failure(error)
    }
  }

  /// Writes judgements in the order in which their inputs were read, and ends the output. After a failure the rest is
  /// only awaited.
  private func write(
    _ judgements: AsyncStream<Task<Recorded, Never>>, into sink: any JudgementSink, leaving gate: PlaceQueue,
    behind reader: Task<Reading, Never>, progress: @Sendable (RunSummary) -> Void
  ) async -> (RunSummary, SluiceError?) {
    var summary = RunSummary()
    var (unrecorded, unwritten): (SluiceError?, SluiceError?)
    for await task in judgements {
      let recorded = await task.value
      if unrecorded == nil, unwritten == nil {
        switch recorded {
        case .success(let judgement):
          do throws(SluiceError) {
            try sink.write(judgement)
            note(judgement.verdict, in: &summary)
            progress(summary)
          } catch {
            unwritten = error
          }
        case .failure(let error): unrecorded = error
        }
        if unrecorded != nil || unwritten != nil { interruption.request() }
      }
      gate.leave()
    }
    if let unwritten { return (summary, unwritten) }
    let unread = await reader.value.error
    let failure = unrecorded ?? unread
    // What was forwarded before a failure is whole; a run that failed before that leaves older outputs as they are.
    guard failure == nil || summary.inputs > 0 else { return (summary, failure) }
    do throws(SluiceError) { try sink.finish() } catch { return (summary, failure ?? error) }
    return (summary, failure)
  }

  private func note(_ verdict: Verdict, in summary: inout RunSummary) {
    summary.count(verdict.outcome)
    if let change = monitor?.note(verdict) { summary.change = change }
    _ = exitAudit?.note(verdict)
  }
}

import Common
import Files
import FilterPipeline
import ImageCodecs
import Preprocessing
import Synchronization
import TestSupport
import Testing

/// Remembers what it is given; may refuse after a number of judgements.
private final class RecordingSink: JudgementSink {
  struct State: Sendable {
    var ids: [Int] = []
    var outcomes: [Verdict.Outcome] = []
    var isFinished = false
  }

  private let state: SharedState
  private let refusesAfter: Int

  init(_ state: SharedState, refusesAfter: Int = .max) {
    self.state = state
    self.refusesAfter = refusesAfter
  }

  func write(_ judgement: Judgement) throws(SluiceError) {
    let count = state.value.withLock { state in
      state.ids.append(judgement.verdict.id)
      state.outcomes.append(judgement.verdict.outcome)
      return state.ids.count
    }
    if count >= refusesAfter { throw SluiceError(.closedPipe, "closed") }
  }

  func finish() throws(SluiceError) {
    state.value.withLock { $0.isFinished = true }
  }
}

/// Has room for so many records.
private struct FullLog: JudgementRecorder {
  let capacity: Int

  func record(_ judgement: Judgement, of input: EncodedInput) async throws(SluiceError) {
    if judgement.verdict.id > capacity { throw SluiceError(.unwritableOutput, "the log is full") }
  }
}

private final class SharedState: Sendable {
  let value = Mutex(RecordingSink.State())
}

struct EngineTests {
  private func run(
    _ stream: [UInt8], workers: Int, refusesAfter: Int = .max, recorder: (any JudgementRecorder)? = nil
  ) async throws -> (RecordingSink.State, Result<RunSummary, SluiceError>) {
    let folder = try TemporaryFolder()
    let filter = try FilterFile(
      text: """
        version: 1
        name: test
        preprocess: [{resize: {width: 4, height: 4, filter: box}}]
        tensor: {layout: nhwc, type: uint8}
        """)
    let pipeline = try Pipeline(testing: filter.definition)
    let inputs = try RunInputs(stream: FileReader(try folder.file("stream", stream)), name: "s", limit: 1_000_000)
    let state = SharedState()
    let engine = FilterRun(pipeline, workers: workers, interruption: try Interruption(), recorder: recorder)
    let sink = RecordingSink(state, refusesAfter: refusesAfter)
    let result: Result<RunSummary, SluiceError>
    do throws(SluiceError) {
      result = .success(try await engine.run(inputs, into: sink))
    } catch {
      result = .failure(error)
    }
    return (state.value.withLock { $0 }, result)
  }

  /// Images of very different cost, some damaged, so that workers finish out of order.
  private func stream(_ count: Int) throws -> (bytes: [UInt8], damaged: Set<Int>) {
    var bytes: [UInt8] = []
    var damaged: Set<Int> = []
    for index in 1...count {
      var image = try EncodedImages.png(width: index % 5 == 0 ? 200 : 8, height: 8, seed: UInt64(index))
      if index % 7 == 0 {
        image[40] ^= 1
        damaged.insert(index)
      }
      bytes += image
    }
    return (bytes, damaged)
  }

  @Test(arguments: [1, 2, 5])
  func everyInputHasOneVerdictInOrder(workers: Int) async throws {
    let (bytes, damaged) = try stream(100)
    let (state, result) = try await run(bytes, workers: workers)
    #expect(state.ids == Array(1...100))
    #expect(state.isFinished)
    for (id, outcome) in zip(state.ids, state.outcomes) {
      #expect(outcome == (damaged.contains(id) ? .rejected : .clean))
    }
    let summary = try result.get()
    #expect(summary.inputs == 100)
    #expect(summary.rejected == damaged.count)
    #expect(summary.inputs == summary.forwarded + summary.flagged + summary.rejected + summary.failed)
  }

  @Test func aClosedPipeEndsTheRun() async throws {
    let (state, result) = try await run(try stream(200).bytes, workers: 2, refusesAfter: 3)
    #expect(state.ids.count == 3)
    #expect(!state.isFinished)
    #expect(throws: SluiceError.self) { try result.get() }
  }

  @Test(
    "what was forwarded before a record failed is finished; a run that forwarded nothing leaves its outputs",
    arguments: [3, 0])
  func aFullLog(capacity: Int) async throws {
    let (state, result) = try await run(try stream(50).bytes, workers: 2, recorder: FullLog(capacity: capacity))
    #expect(state.ids == Array(1..<capacity + 1))
    #expect(state.isFinished == (capacity > 0))
    #expect(#expect(throws: SluiceError.self) { try result.get() }?.message == "the log is full")
  }

  @Test func anErrorInTheStreamIsAVerdictAfterWhatWasRead() async throws {
    let archive = TarArchives.archive([("a.png", try EncodedImages.png()), ("b.png", try EncodedImages.png())])
    let (state, result) = try await run(Array(archive[..<2600]), workers: 2)
    #expect(state.outcomes == [.clean, .rejected, .failed])
    #expect(state.isFinished)
    #expect(try result.get().inputs == 3)
  }
}

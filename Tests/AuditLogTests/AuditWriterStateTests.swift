import AuditLog
import Testing

/// What a writer decides, without its threads: tickets are numbers, and the time is what the test says.
struct AuditWriterStateTests {
  /// The state behind a reference, so that what changes it can stand within an expectation.
  private final class Bench {
    typealias State = AuditWriterState<Int>

    private var state: State

    init(patience: Duration? = nil) { state = State(patience: patience) }

    func does<Value>(_ step: (inout State) -> Value) -> Value { step(&state) }

    func isWritable(_ seconds: Int = 0) -> Bool { state.isWritable(at: after(seconds)) }

    func isStuck(_ seconds: Int) -> Bool { state.isStuck(at: after(seconds)) }
  }

  private let text = [Judged.number(1).entry]
  private let image = [Judged.kept(1).entry]

  @Test("writing and watching are started once, and again once they have ended")
  func chores() {
    let state = Bench(patience: .seconds(1))
    #expect(state.does { $0.enqueue(text, 1) } == [.writing, .watching])
    #expect(state.does { $0.enqueue(text, 2) } == [])
    #expect(state.does { $0.nextWaiters()?.map(\.ticket) } == [1, 2])
    #expect(state.does { $0.watchesOn() }, "they are being written")
    #expect(state.does { $0.nextWaiters() == nil })
    #expect(state.does { $0.enqueue(text, 3) } == [.writing])
    #expect(state.does { $0.nextWaiters()?.map(\.ticket) } == [3])
    #expect(state.does { $0.nextWaiters() == nil })
    #expect(!state.does { $0.watchesOn() })
    #expect(state.does { $0.enqueue(text, 4) } == [.writing, .watching])
    let patient = Bench()
    #expect(patient.does { $0.enqueue(text, 1) } == [.writing], "nobody is refused, however long it takes")
  }

  @Test("a transaction takes whole batches in order, up to a number of entries, and at least one batch")
  func together() {
    let state = Bench()
    for (ticket, count) in [1000, 500, 12, 1, 511].enumerated() {
      _ = state.does { $0.enqueue(Array(repeating: text[0], count: count), ticket) }
    }
    var tickets: [[Int]] = []
    while let waiters = state.does({ $0.nextWaiters() }) { tickets.append(waiters.map(\.ticket)) }
    #expect(tickets == [[0], [1, 2], [3, 4]])
  }

  @Test("after a failure trials go on until one succeeds, or somebody's entries do")
  func failure() {
    let state = Bench()
    #expect(state.isWritable())
    #expect(state.does { $0.failedToWrite(text) } == [.probing])
    #expect(state.does { $0.failedToWrite(text) } == [], "they go on already")
    #expect(!state.isWritable())
    #expect(state.does { $0.probed(well: false) })
    #expect(!state.does { $0.probed(well: true) })
    #expect(state.isWritable())
    #expect(state.does { $0.failedToWrite(text) } == [.probing])
    state.does { $0.wrote(text) }
    #expect(state.isWritable())
    #expect(!state.does { $0.probed(well: false) }, "what was recorded says more than the trial")
  }

  @Test(
    "where images cannot be kept, only one that is kept or a trial says that they can be again",
    arguments: [false, true])
  func images(byTrial: Bool) {
    let state = Bench()
    #expect(state.does { $0.failedToWrite(image) } == [.probing])
    #expect(state.does { $0.failedToWrite(text) } == [])
    state.does { $0.wrote(text) }
    #expect(!state.isWritable())
    if byTrial { #expect(!state.does { $0.probed(well: true) }) } else { state.does { $0.wrote(image) } }
    #expect(state.isWritable())
  }

  @Test("who waits behind what takes too long is refused, until something succeeds")
  func patience() {
    let state = Bench(patience: .seconds(2))
    _ = state.does { $0.enqueue(text, 1) }
    #expect(state.does { $0.nextWaiters()?.count } == 1)
    state.does { $0.began(at: after(0)) }
    _ = state.does { $0.enqueue(text, 2) }
    #expect(state.isWritable(2) && state.does { $0.refused(at: after(2)).isEmpty })
    #expect(!state.isWritable(3))
    #expect(state.does { $0.refused(at: after(3)).map(\.ticket) } == [2])
    #expect(state.does { $0.refused(at: after(3)).isEmpty })
    #expect(state.does { $0.ended(well: true, at: after(4)) } == [])
    #expect(state.isWritable(9) && !state.isStuck(9))
  }

  @Test("what took too long and then failed keeps everybody away until something succeeds")
  func stuckAndFailed() {
    let state = Bench(patience: .seconds(2))
    state.does { $0.began(at: after(0)) }
    #expect(state.does { $0.ended(well: false, at: after(1)) } == [], "it failed in time: whoever asked knows it")
    #expect(state.isWritable(1))
    state.does { $0.began(at: after(1)) }
    #expect(state.does { $0.ended(well: false, at: after(5)) } == [.probing])
    #expect(state.isStuck(5))
    state.does { $0.began(at: after(6)) }
    #expect(state.does { $0.ended(well: false, at: after(6)) } == [], "the trial failed, and there will be others")
    #expect(state.does { $0.probed(well: false) } && state.isStuck(6))
    state.does { $0.began(at: after(7)) }
    #expect(state.does { $0.ended(well: true, at: after(7)) } == [])
    #expect(!state.isStuck(7) && !state.isWritable(7))
    #expect(!state.does { $0.probed(well: true) })
    #expect(state.isWritable(7))
  }
}

private let start = ContinuousClock.now

private func after(_ seconds: Int) -> ContinuousClock.Instant { start.advanced(by: .seconds(seconds)) }

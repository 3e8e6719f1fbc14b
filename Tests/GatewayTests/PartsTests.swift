import Common
import FilterPipeline
import Gateway
import Synchronization
import TestSupport
import Testing

/// The parts of the gateway that need no server.
struct PartsTests {
  private final class Notes: Sendable {
    let order = Mutex<[Int]>([])
    let busy = Mutex(0)
  }

  @Test("admission: so many work, so many wait in order, the rest is told at once")
  func admission() async throws {
    let admission = Admission(places: 2, queue: 3)
    let (first, endFirst) = AsyncStream.makeStream(of: Void.self)
    let (second, endSecond) = AsyncStream.makeStream(of: Void.self)
    let notes = Notes()
    try await withThrowingTaskGroup(of: Void.self) { group in
      for number in 0..<8 {
        group.addTask {
          do {
            try await admission.admit {
              notes.order.withLock { $0.append(number) }
              if number < 2 { for await _ in (number == 0 ? first : second) {} }
            }
          } catch {
            notes.busy.withLock { $0 += 1 }
          }
        }
        try await eventually("it works, waits or was told") {
          number < 2
            ? notes.order.withLock { $0.count } > number
            : admission.working + admission.waiting + notes.busy.withLock { $0 } > number
        }
      }
      #expect(admission.working == 2 && admission.waiting == 3 && notes.busy.withLock { $0 } == 3)
      // One place goes from each to the next; the other stays taken.
      endFirst.finish()
      try await eventually("nobody waits, and one works") { admission.waiting == 0 && admission.working == 1 }
      #expect(notes.order.withLock { $0 } == [0, 1, 2, 3, 4])
      endSecond.finish()
      try await group.waitForAll()
    }
    #expect(admission.working == 0 && admission.waiting == 0)
  }

  @Test("a waiter that is cancelled leaves the queue, and its place goes to nobody")
  func cancelledWaiter() async throws {
    let admission = Admission(places: 1, queue: 5)
    let (gate, open) = AsyncStream.makeStream(of: Void.self)
    let worker = Task { try await admission.admit { for await _ in gate {} } }
    try await eventually("it works") { admission.working == 1 }
    let waiter = Task { try await admission.admit {} }
    try await eventually("it waits") { admission.waiting == 1 }
    waiter.cancel()
    let outcome = await waiter.result
    #expect((outcome.failure as? SluiceError)?.code == .cancelled)
    #expect(admission.waiting == 0 && admission.working == 1)
    open.finish()
    _ = await worker.result
    #expect(admission.working == 0)
  }

  @Test("a deadline cancels the work and says so; work in time gives its result")
  func deadline() async throws {
    let late = Deadline(after: .milliseconds(20))
    await #expect(throws: SluiceError.self) {
      try await late.limit { try await Task.sleep(for: .seconds(30)) }
    }
    #expect(try await Deadline(after: .seconds(30)).limit { 7 } == 7)
    await #expect(throws: CancellationError.self) {
      try await Deadline(after: .seconds(30)).limit { throw CancellationError() }
    }
  }

  @Test("work that is abandoned at its deadline is cancelled, and not waited for")
  func abandonedWork() async throws {
    let (ends, end) = AsyncStream.makeStream(of: Void.self)
    let notes = Notes()
    let late = Deadline(after: .milliseconds(20))
    await #expect(throws: SluiceError(.deadlineExceeded, "the request took longer than is permitted")) {
      try await late.abandon {
        // Like a call that cannot be stopped: it takes no notice of being cancelled.
        await Task.detached { for await _ in ends {} }.value
        notes.order.withLock { $0.append(Task.isCancelled ? 1 : 0) }
      }
    }
    #expect(notes.order.withLock { $0.isEmpty }, "it goes on by itself")
    end.finish()
    try await eventually("it has ended") { notes.order.withLock { !$0.isEmpty } }
    #expect(notes.order.withLock { $0 } == [1])
    #expect(try await Deadline(after: .seconds(30)).abandon { 7 } == 7)
    let caller = Task { try await Deadline(after: .seconds(30)).abandon { try await Task.sleep(for: .seconds(30)) } }
    caller.cancel()
    #expect(await caller.result.failure is CancellationError)
  }

  @Test("memory: what arrives is refused beyond the budget, and given back when nobody holds it")
  func arrivals() {
    let memory = MemoryBudget(100)
    var first: MemoryCharge? = memory.arrival()
    let second = memory.arrival()
    #expect(first?.grows(by: 60) == true && second.grows(by: 40) && !second.grows(by: 1))
    #expect(memory.used == 100)
    first = nil
    #expect(memory.used == 40 && second.grows(by: 60) && second.grows(by: 60), "nobody else holds anything")
    #expect(!memory.arrival().grows(by: 1) && !memory.arrival().grows(by: .max - 200))
  }

  @Test("memory: judging waits in order, and the first of its kind goes on whatever is held")
  func waitingForMemory() async throws {
    let memory = MemoryBudget(100)
    let arrival = memory.arrival()
    #expect(arrival.grows(by: 100))
    var large: MemoryCharge? = try await memory.charge(500, for: .judging)
    let reading = try await memory.charge(30, for: .reading)
    #expect(memory.used == 630 && large != nil)
    let notes = Notes()
    var waiters: [Task<MemoryCharge, any Error>] = []
    for number in 0..<3 {
      waiters.append(
        Task {
          let charge = try await memory.charge(40, for: .judging)
          notes.order.withLock { $0.append(number) }
          return charge
        })
      try await eventually("it waits") { memory.waiting == number + 1 }
    }
    #expect(notes.order.withLock { $0.isEmpty })
    waiters[1].cancel()
    #expect((await waiters[1].result.failure as? SluiceError)?.code == .cancelled)
    large = nil
    let next = try await waiters[0].value
    #expect(notes.order.withLock { $0 } == [0] && memory.waiting == 1, "one goes on, the other has no room")
    withExtendedLifetime((arrival, next, reading)) {}
    for waiter in waiters { waiter.cancel() }
  }

  @Test("lengths of gRPC messages are read wherever they are cut")
  func messageLengths() {
    let stream: [UInt8] = [0, 0, 0, 0, 3, 1, 2, 3, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 9]
    for cut in 0...stream.count {
      var lengths = MessageLengths()
      lengths.add(stream[..<cut])
      lengths.add(stream[cut...])
      #expect(lengths.longest == 65_537 && lengths.bytes == stream.count)
    }
  }

  @Test("how long clients of gRPC wait")
  func timeouts() {
    let good: [(String, Duration)] = [
      ("1H", .seconds(3600)), ("2M", .seconds(120)), ("3S", .seconds(3)), ("4m", .milliseconds(4)),
      ("5u", .microseconds(5)), ("6n", .nanoseconds(6)), ("0S", .zero), ("00000001S", .seconds(1)),
      ("99999999H", .seconds(359_999_996_400)),
    ]
    for (text, duration) in good { #expect(RPCTimeout.duration(text) == duration, "\(text)") }
    for text in ["", "S", "1", "-1S", "+1S", "1.5S", "1s", "1 S", "123456789S", "1SS", "١S", "1S\u{301}"] {
      #expect(RPCTimeout.duration(text) == nil, "\(text)")
    }
  }

  @Test("a token is the same whoever writes its scheme how")
  func shownTokens() {
    for field in ["Bearer abc", "bearer abc", "BEARER   abc"] { #expect(BearerTokens.shown(in: field) == "abc") }
    for field in [nil, "", "abc", "Bearer", "Bearer ", "Bearerabc", "Basic abc"] {
      #expect(BearerTokens.shown(in: field) == nil)
    }
    #expect(BearerTokens(["abc"]).admit("bEARER abc") && !BearerTokens(["abc"]).admit("Bearer abd"))
  }

  @Test("trace contexts are passed on when they are well-formed")
  func traceContext() {
    let good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    #expect(RequestIdentity(proposed: nil, traceparent: good, tracestate: "a=b").traceparent == good)
    #expect(RequestIdentity(proposed: nil, traceparent: good, tracestate: "a=b").tracestate == "a=b")
    #expect(RequestIdentity(proposed: nil, traceparent: good, tracestate: "a\nb").tracestate == nil)
    for wrong in [
      "", "00", good.uppercased(), good + "-x", "ff" + good.dropFirst(2),
      "00-00000000000000000000000000000000-00f067aa0ba902b7-01",
      "00-4bf92f3577b34da6a3ce929d0e0e4736-0000000000000000-01",
    ] {
      let identity = RequestIdentity(proposed: nil, traceparent: wrong, tracestate: "a=b")
      #expect(identity.traceparent == nil && identity.tracestate == nil, "\(wrong)")
    }
  }

  @Test("tokens are compared whole")
  func tokens() {
    let tokens = BearerTokens(["0123456789abcdef", "ü-0123456789abcdef"])
    #expect(tokens.admit("Bearer 0123456789abcdef") && tokens.admit("bearer ü-0123456789abcdef"))
    for wrong in [
      nil, "", "Bearer", "Bearer ", "0123456789abcdef", "Bearer 0123456789abcde", "Bearer 0123456789abcdef0",
    ] {
      #expect(!tokens.admit(wrong), "\(wrong ?? "nil")")
    }
    #expect(BearerTokens([]).admit(nil))
  }

  @Test("addresses of upstreams", arguments: [("http://a:1", "http://a:1"), ("GRPCS://[::1]:9/", "grpcs://[::1]:9")])
  func upstreamAddresses(text: String, description: String) throws {
    #expect(try UpstreamAddress(text).description == description)
  }
}

extension Result {
  fileprivate var failure: Failure? {
    if case .failure(let error) = self { error } else { nil }
  }
}

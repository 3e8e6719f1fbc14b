import Common
import StatefulDetection
import StatefulDetectionRedis
import TestSupport
import Testing

/// Memories that share a real server, which is healthy, poisoned, dead or back.
@Suite(.serialized, .enabled(if: RedisServer.isInstalled, "needs redis-server"))
struct SharingTests {
  @Test func eachLearnsWhatTheOthersWereAsked() async throws {
    let server = try await TestServer()
    let (first, second) = (TestSharer(server), TestSharer(server))
    for seed in 1...100 as ClosedRange<UInt8> {
      (seed.isMultiple(of: 2) ? first : second).ask(Samples.question(seed, time: TestSharer.now))
    }
    try await first.until { $0.learned == 50 && $0.sent == 50 }
    try await second.until { $0.learned == 50 && $0.sent == 50 }
    #expect(first.memory.size.chains == 100)
    #expect(second.memory.size.chains == 100)
    // Who comes later knows the past.
    let third = TestSharer(server)
    try await third.until { $0.learned == 100 }
    #expect(third.memory.size.chains == 100)
    for sharer in [first, second, third] {
      #expect(sharer.events.losses == 0)
      #expect(sharer.events.changes == ["available"])
    }
  }

  @Test func whatIsLearnedIsWhatWasAsked() async throws {
    let server = try await TestServer()
    let (first, second) = (TestSharer(server), TestSharer(server))
    let asked = (0..<60).map { number in
      Samples.question(
        9, record: "r\(number)", client: "client \(number % 3)", time: TestSharer.now, label: number, score: 0.5)
    }
    for question in asked { first.ask(question) }
    try await second.until { $0.learned == 60 }
    let (known, learned) = (first.memory.note(asked[0]), second.memory.note(asked[0]))
    #expect(learned.chain == known.chain && learned.first == known.first && learned.clients == known.clients)
    #expect(learned.length == 61 && learned.isRepeat)
    #expect(second.memory.questions(of: known.chain) == asked)
  }

  /// Nothing waits for the server, and what it has missed it is told.
  @Test func goesOnWithoutTheServerAndResumes() async throws {
    let server = try await TestServer()
    let (first, second) = try await server.pairThatLearned()
    server.process.kill()
    try await second.until { $0.changes.last == "shared-memory-unreachable" }
    for seed in 2...20 as ClosedRange<UInt8> { first.ask(Samples.question(seed)) }
    try await first.until { $0.changes.last == "shared-memory-unreachable" }
    try server.process.start()
    try await second.until { $0.learned == 20 }
    first.ask(Samples.question(21))
    second.ask(Samples.question(22))
    try await second.until { $0.learned == 21 }
    try await first.until { $0.learned == 1 }
    for sharer in [first, second] {
      #expect(sharer.events.changes == ["available", "shared-memory-unreachable", "available"])
      #expect(sharer.events.losses == 0)
    }
  }

  @Test func withoutAServerABoundedNumberWaits() async throws {
    let address = try RedisAddress("unix:///nowhere/socket")
    let sharer = TestSharer(address)
    try await sharer.until { $0.changes == ["shared-memory-unreachable"] }
    for _ in 0..<QuestionSharing.mostPending { sharer.share(Samples.question()) }
    #expect(sharer.events.losses == 0)
    for _ in 0..<10 { sharer.share(Samples.question()) }
    #expect(sharer.events.lost[.queue] == 10)
    #expect(sharer.events.sent == 0)
  }

  @Test func theStreamIsBounded() async throws {
    let server = try await TestServer()
    let sharer = TestSharer(server, questions: 150)
    for number in 0..<1500 { sharer.share(Samples.question(UInt8(number % 200))) }
    try await sharer.until { $0.sent == 1500 }
    // Whole nodes of a hundred entries go.
    let length = try #require(Int(try server.process.run("XLEN", TestServer.stream)))
    #expect((150...350).contains(length))
    let seconds = try #require(Int(try server.process.run("TTL", TestServer.stream)))
    #expect((1...3660).contains(seconds))
  }

  /// What is older than the age is not learned, and goes as soon as something is sent.
  @Test func oldEntriesAreForgotten() async throws {
    let server = try await TestServer()
    try server.process.script(
      "for i in $(seq 300); do echo XADD \(TestServer.stream) 1000000-$i q old; done | $cli >/dev/null")
    let pair = try await server.pairThatLearned()
    #expect(pair.second.events.losses == 0)
    #expect(try server.process.run("XLEN", TestServer.stream) == "1")
  }
}

/// Gateways that share a server with somebody who means them harm, or makes mistakes.
@Suite(.serialized, .enabled(if: RedisServer.isInstalled, "needs redis-server"))
struct PoisonedStreamTests {
  @Test func entriesThatAreNoQuestionsArePassedOver() async throws {
    let server = try await TestServer()
    let (first, second) = try await server.pairThatLearned()
    try server.process.script(
      #"""
      $cli XADD \#(TestServer.stream) '*' q garbage
      $cli XADD \#(TestServer.stream) '*' q ''
      $cli XADD \#(TestServer.stream) '*' x y
      $cli XADD \#(TestServer.stream) '*' q a q b
      $cli EVAL "for i = 1, 100 do redis.call('XADD', KEYS[1], '*', 'q', string.rep(string.char(i), 856)) end" \
        1 \#(TestServer.stream)
      """#)
    first.ask(Samples.question(2))
    for sharer in [first, second] { try await sharer.until { $0.lost[.malformed] == 104 } }
    try await second.until { $0.learned == 2 }
    #expect(second.events.changes == ["available"])
  }

  /// More than is read of one reply: neither what was before it is lost, nor what came after it.
  @Test func giantEntriesArePassedOver() async throws {
    let server = try await TestServer()
    let first = TestSharer(server)
    for seed in 1...10 as ClosedRange<UInt8> { first.ask(Samples.question(seed)) }
    try await first.until { $0.sent == 10 }
    try server.process.script(
      #"""
      add() { $cli EVAL "$1" 1 \#(TestServer.stream); }
      add "redis.call('XADD', KEYS[1], '*', 'q', string.rep('x', 5000000))"
      add "redis.call('XADD', KEYS[1], '*', 'q', string.rep('x', 5000000))"
      add "redis.call('XADD', KEYS[1], '*', string.rep('x', 1200000), 'q')"
      add "local e = {} for i = 1, 7000 do e[i] = i end for i = 1, 4 do redis.call('XADD', KEYS[1], '*', unpack(e)) end"
      for i in $(seq 200000); do echo "a b"; done | xargs -n 400000 -s 100000000 echo XADD \#(TestServer.stream) '*' |
        $cli >/dev/null
      """#)
    first.ask(Samples.question(11))
    let second = TestSharer(server)
    try await second.until { $0.learned == 11 }
    try await first.until { $0.lost[.malformed] == second.events.lost[.malformed] }
    #expect((second.events.lost[.malformed] ?? 0) >= 3)
    second.ask(Samples.question(12))
    try await first.until { $0.learned == 1 }
  }

  @Test func anotherKindOfKeyIsToldAndWaitedFor() async throws {
    let server = try await TestServer()
    try server.process.run("SET", TestServer.stream, "text")
    let (first, second) = (TestSharer(server), TestSharer(server))
    first.ask(Samples.question(1))
    try await first.until { $0.changes == ["shared-memory-refused"] }
    try await second.until { $0.changes == ["shared-memory-refused"] }
    #expect(first.events.reasons.last?.contains("WRONGTYPE") == true)
    try server.process.run("DEL", TestServer.stream)
    try await second.until { $0.learned == 1 }
    #expect(second.events.changes == ["shared-memory-refused", "available"])
  }

  /// Positions grow with the server's clock; somebody may have taken one of the future.
  @Test func positionsOfTheFutureAreGotOver() async throws {
    let server = try await TestServer()
    let (first, second) = (TestSharer(server), TestSharer(server))
    try server.process.run("XADD", TestServer.stream, "9999999999999-1", "q", "x")
    first.ask(Samples.question(1))
    try await second.until { $0.learned == 1 && $0.lost[.malformed] == 1 }
    try server.process.run("DEL", TestServer.stream)
    first.ask(Samples.question(2))
    try await second.until { $0.learned == 2 }
  }

  @Test func theLastPositionOfAllIsToldAndWaitedFor() async throws {
    let server = try await TestServer()
    let last = "18446744073709551615-18446744073709551615"
    try server.process.run("XADD", TestServer.stream, last, "q", "x")
    let (first, second) = (TestSharer(server), TestSharer(server))
    first.ask(Samples.question(1))
    try await first.until { $0.changes.last == "shared-memory-refused" }
    try server.process.run("DEL", TestServer.stream)
    try await second.until { $0.learned == 1 }
  }

  @Test func aServerThatLostEverythingIsReadFromItsBeginning() async throws {
    let server = try await TestServer()
    let pair = try await server.pairThatLearned()
    // As after a clock that went back: what is new has an older position than what was read.
    try server.process.script(
      "$cli DEL \(TestServer.stream); $cli XADD \(TestServer.stream) $(date -d '10 minutes ago' +%s000)-1 q x")
    try server.process.run("CLIENT", "KILL", "TYPE", "normal")
    try await pair.second.until { $0.lost[.malformed] == 1 }
  }

  /// As after an older state was loaded: the stream ends with what was learned, long before what was read last.
  @Test func whatWasLearnedIsNotLearnedAgain() async throws {
    let server = try await TestServer()
    let pair = try await server.pairThatLearned()
    try server.process.script(
      #"""
      past=$(date -d '10 minutes ago' +%s000)
      $cli EVAL "local entry = redis.call('XRANGE', KEYS[1], '-', '+')[1]
        redis.call('DEL', KEYS[1])
        redis.call('XADD', KEYS[1], ARGV[1], unpack(entry[2]))" 1 \#(TestServer.stream) $past-1
      $cli XADD \#(TestServer.stream) $past-2 q x
      $cli CLIENT KILL TYPE normal
      """#)
    // Behind it, so it is read again.
    try await pair.second.until { $0.lost[.malformed] == 1 }
    try await pair.second.readsOn(server)
    #expect(pair.second.events.learned == 1)
  }

  /// As gateways do whose reply was lost.
  @Test func whatIsAddedAgainIsNotLearnedAgain() async throws {
    let server = try await TestServer()
    let (first, second) = (TestSharer(server), TestSharer(server))
    first.ask(Samples.question(1))
    try await first.until { $0.sent == 1 }
    try server.process.script(
      #"""
      $cli EVAL "local entry = redis.call('XRANGE', KEYS[1], '-', '+')[1]
        for _ = 1, 100 do redis.call('XADD', KEYS[1], '*', unpack(entry[2])) end" 1 \#(TestServer.stream)
      """#)
    first.ask(Samples.question(2))
    try await second.until { _ in second.memory.size.chains == 2 }
    try await second.readsOn(server)
    #expect(second.events.learned == 2)
  }
}

/// As operators protect a server.
@Suite(.serialized, .enabled(if: RedisServer.isInstalled, "needs redis-server"))
struct ProtectedServerTests {
  static let leastRights = [
    "user gate on >hunter2 ~sluice:* +xadd +xread +xrevrange +xtrim +expire +time +select", "user default off",
  ]

  @Test(arguments: ["redis", "unix"], [0, 3])
  func aUserWithTheLeastRightsSuffices(scheme: String, database: Int) async throws {
    let server = try await TestServer(users: Self.leastRights)
    let place =
      scheme == "unix"
      ? "unix://gate:hunter2@\(server.process.socketPath)?db=\(database)"
      : "redis://gate:hunter2@127.0.0.1:\(server.process.port)/\(database)"
    let (first, second) = (TestSharer(try RedisAddress(place)), TestSharer(try RedisAddress(place)))
    first.ask(Samples.question(1))
    try await second.until { $0.learned == 1 }
    #expect(first.events.changes == ["available"])
    #expect(first.events.reasons.isEmpty)
  }

  @Test(arguments: [
    ("", "NOAUTH"), ("gate:hunter3@", "WRONGPASS"), (":hunter3@", "WRONGPASS"),
  ])
  func aWrongPasswordIsToldWithoutIt(identity: String, reason: String) async throws {
    let server = try await TestServer(users: Self.leastRights)
    let sharer = TestSharer(try RedisAddress("redis://\(identity)127.0.0.1:\(server.process.port)"))
    try await sharer.until { $0.changes == ["shared-memory-refused"] }
    #expect(sharer.events.reasons[0].contains(reason))
    #expect(!sharer.events.reasons[0].contains("hunter"))
  }

  /// Sharing works without it: the bound of the stream holds.
  @Test func aUserThatMayNotTrimIsToldOnce() async throws {
    let server = try await TestServer(
      users: ["user gate on >hunter2 ~sluice:* +xadd +xread +xrevrange +time", "user default off"])
    let address = try RedisAddress("redis://gate:hunter2@127.0.0.1:\(server.process.port)")
    let (first, second) = (TestSharer(address), TestSharer(address))
    first.ask(Samples.question(1))
    try await second.until { $0.learned == 1 }
    try await first.until { $0.reasons.count == 1 }
    #expect(first.events.reasons[0].contains("NOPERM"))
    #expect(first.events.changes == ["available"])
  }
}

import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

extension GatewayProcesses {
  /// Gateways that share their questions by a real Redis.
  @Suite(.enabled(if: RedisServer.isInstalled, "needs redis-server"))
  struct SearchSharingTests {
    @Test(
      "a search that is spread over two gateways is noticed by both, and by neither alone", arguments: [true, false])
    func spread(isShared: Bool) async throws {
      let redis = try RedisServer()
      try redis.start()
      let pair = try await SharingPair(isShared ? ["--query-guard-redis", redis.url] : [], isShared: isShared)
      let statuses = try await pair.search(0..<40)
      #expect(statuses[..<16].allSatisfy { $0 == 200 })
      #expect(statuses[36...].allSatisfy { $0 == (isShared ? 429 : 200) })
      for gateway in pair.gateways {
        #expect(try await pair.metric("searches_total{action=\"refuse\"}", of: gateway) == (isShared ? 1 : 0))
        let told = gateway.log.filter { $0["message"] as? String == "somebody searches for an adversarial image" }
        #expect(told.count == (isShared ? 1 : 0))
      }
      guard isShared else { return }
      // Who starts later knows of it all the same.
      let third = try RunningGateway(["--mode", "observe", "--query-guard", "refuse", "--query-guard-redis", redis.url])
      try await pair.until(third) { $0 == 40 && $1 == 1 }
      #expect(try await WebClient(port: third.http).post("/v1/filter", SpreadSearch.question(41)).status == 429)
    }

    @Test("without the server requests go on, and when it is back sharing resumes")
    func outage() async throws {
      let redis = try RedisServer()
      try redis.start()
      let pair = try await SharingPair(["--query-guard-redis", redis.url])
      _ = try await pair.search(0..<4)
      redis.kill()
      for gateway in pair.gateways { try await pair.until(gateway) { $1 == 0 } }
      for number in 4..<10 { #expect(try await pair.ask(number) == 200) }
      for gateway in pair.gateways {
        let operations = WebClient(port: gateway.operations)
        #expect(try await operations.get("/readyz").status == 200)
        #expect(gateway.log.count { $0["code"] as? String == "shared-memory-unreachable" } == 1)
      }
      try redis.start()
      for gateway in pair.gateways { try await pair.until(gateway) { $0 == 5 && $1 == 1 } }
      #expect(try await pair.search(10..<12) == [200, 200])
      for gateway in pair.gateways {
        gateway.send(SIGTERM)
        #expect(gateway.waitForEnd() == 0)
      }
    }

    @Test("a key of another kind and entries that are no questions harm nobody")
    func poison() async throws {
      let redis = try RedisServer()
      try redis.start()
      try redis.run("SET", "sluice:questions", "text")
      let pair = try await SharingPair(["--query-guard-redis", redis.url], isShared: false)
      for gateway in pair.gateways { try await pair.untilLogged("shared-memory-refused", gateway) }
      for number in 0..<2 { #expect(try await pair.ask(number) == 200) }
      try redis.run("DEL", "sluice:questions")
      for gateway in pair.gateways { try await pair.until(gateway) { $0 == 1 && $1 == 1 } }
      for _ in 0..<50 { try redis.run("XADD", "sluice:questions", "*", "q", "garbage") }
      // What comes behind them in the stream is learned after them.
      #expect(try await pair.search(2..<4) == [200, 200])
      for gateway in pair.gateways {
        try await pair.until(gateway) { learned, _ in learned == 2 }
        #expect(try await pair.metric("shared_lost_total{reason=\"malformed\"}", of: gateway) == 50)
      }
    }

    @Test("the password comes from a file, and is nowhere in the log")
    func password() async throws {
      let redis = try RedisServer(users: ["user default on >hunter2 ~* +@all"])
      try redis.start()
      let folder = try TemporaryFolder()
      let right = try folder.file("right", "hunter2\n")
      let wrong = try folder.file("wrong", "hunter3\n")
      let arguments = ["--query-guard-redis", "unix://\(redis.socketPath)", "--query-guard-redis-password-file"]
      let pair = try await SharingPair(arguments + [right])
      #expect(try await pair.search(0..<2) == [200, 200])
      let stranger = try RunningGateway(arguments + [wrong])
      try await pair.untilLogged("shared-memory-refused", stranger)
      for gateway in pair.gateways + [stranger] { #expect(!gateway.logText.contains("hunter")) }
    }

    @Test(
      "what does not go together is refused at the start",
      arguments: [
        (["--query-guard-redis", "redis://cache", "--query-guard", "off"], "queryGuard is off"),
        (["--query-guard-redis", "redis://:secret@cache", "--query-guard-redis-password-file", "PASSWORD"], "as well"),
        (["--query-guard-redis", "redis://cache", "--query-guard-redis-password-file", "/dev/null"], "one line"),
        (["--query-guard-redis", "redis://cache", "--query-guard-redis-authorities", "/ca.pem"], "rediss://"),
        (["--query-guard-redis", "rediss://cache", "--query-guard-redis-key", "/key.pem"], "without"),
        (["--query-guard-redis", "rediss://cache", "--query-guard-redis-certificate", "/c.pem"], "without"),
        (
          ["--query-guard-redis", "rediss://cache", "--query-guard-redis-authorities", "/nowhere.pem"], "cannot be read"
        ),
      ])
    func settings(arguments: [String], reason: String) throws {
      let folder = try TemporaryFolder()
      let password = try folder.file("password", "hunter2\n")
      let result = try SluiceCommand.run(
        ["serve", "-f", Repository.file("Filters/signs.yaml"), "--audit", "off"]
          + arguments.map { $0 == "PASSWORD" ? password : $0 })
      #expect(result.status == 2)
      #expect(result.errors.contains(reason), "\(result.errors)")
      #expect(!result.errors.contains("secret"))
    }
  }
}

/// Two gateways, and somebody who asks them by turns.
struct SharingPair {
  let gateways: [RunningGateway]
  private let clients: [WebClient]
  private let isShared: Bool

  /// - Parameters:
  ///   - isShared: whether to wait until each knows what the other was asked, after each question.
  init(_ arguments: [String], isShared: Bool = true) async throws {
    gateways = try (0..<2).map { _ in try RunningGateway(["--mode", "observe", "--query-guard", "refuse"] + arguments) }
    clients = gateways.map { WebClient(port: $0.http) }
    self.isShared = isShared
    if isShared { for gateway in gateways { try await until(gateway) { $1 == 1 } } }
  }

  /// Asks one question of a search, and returns the status.
  func ask(_ number: Int) async throws -> Int {
    try await clients[number % 2].post("/v1/filter", SpreadSearch.question(number)).status
  }

  /// Asks some questions one after another, even ones the first gateway and odd ones the second. Each alone hears the same
  /// answer always.
  func search(_ numbers: Range<Int>) async throws -> [Int] {
    var statuses: [Int] = []
    for number in numbers {
      statuses.append(try await ask(number))
      if isShared { try await until(gateways[1 - number % 2]) { learned, _ in learned == number / 2 + 1 } }
    }
    return statuses
  }

  func metric(_ name: String, of gateway: RunningGateway) async throws -> Int {
    try await gateway.metric("sluice_query_guard_\(name)")
  }

  /// Waits until a gateway has learned so many questions, and knows whether sharing works.
  func until(
    _ gateway: RunningGateway, _ condition: (_ learned: Int, _ isUp: Int) -> Bool,
    _ place: SourceLocation = #_sourceLocation
  ) async throws {
    for _ in 0..<3000 {
      let learned = try await metric("shared_total{direction=\"learned\"}", of: gateway)
      if condition(learned, try await metric("shared_up", of: gateway)) { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it did not come true: \(gateway.logText)", sourceLocation: place)
    throw CancellationError()
  }

  func untilLogged(
    _ code: String, _ gateway: RunningGateway, _ place: SourceLocation = #_sourceLocation
  ) async throws {
    for _ in 0..<3000 {
      if gateway.log.contains(where: { $0["code"] as? String == code }) { return }
      try await Task.sleep(for: .milliseconds(20))
    }
    Issue.record("it was not logged: \(gateway.logText)", sourceLocation: place)
  }
}

/// Questions around the boundary between two signs, as a search asks them: all look alike.
enum SpreadSearch {
  /// Even ones get the one label, odd ones the other.
  static func question(_ number: Int) throws -> [UInt8] {
    let bytes = try Repository.bytes(Repository.file("Samples/signs/adversarial/pgd/03_speed-30_as_speed-80_000.png"))
    var samples = try samples(of: bytes)
    if number % 2 == 1 { samples = blurred(samples) }
    // A block of its own is a little brighter, so that no question repeats another one.
    let (left, top) = (number % 16 * 4, number / 16 % 16 * 4)
    for y in top..<top + 4 {
      for place in (y * side + left) * 3..<(y * side + left + 4) * 3 {
        samples[place] = min(255, samples[place] &+ 6 | 6)
      }
    }
    return EncodedImages.png(samples, width: side, height: side, colourType: 2)
  }

  private static let side = 64

  private static func samples(of bytes: [UInt8]) throws -> [UInt8] {
    let image = try ImageDecoder().decode(bytes.span).takePixels()
    let samples = image.samples.indices.map { image.samples[$0] }
    try #require(samples.count == side * side * 3)
    return samples
  }

  /// Means of 3×3 pixels.
  private static func blurred(_ samples: [UInt8]) -> [UInt8] {
    samples.indices.map { place in
      let (pixel, channel) = (place / 3, place % 3)
      var sum = 0
      for y in -1...1 {
        for x in -1...1 {
          let row = min(max(pixel / side + y, 0), side - 1)
          let column = min(max(pixel % side + x, 0), side - 1)
          sum += Int(samples[(row * side + column) * 3 + channel])
        }
      }
      return UInt8((sum + 4) / 9)
    }
  }
}

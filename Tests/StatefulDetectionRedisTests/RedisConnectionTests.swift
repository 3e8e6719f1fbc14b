import StatefulDetectionRedis
import TestSupport
import Testing

/// Servers that answer differently from Redis end a call, and nothing else.
@Suite struct RedisConnectionTests {
  static func call(_ answers: String...) throws -> Result<RedisReply, RedisFailure> {
    let server = try FakeServer(answers.map { Array($0.utf8) })
    defer { withExtendedLifetime(server) {} }
    do throws(RedisFailure) {
      let connection = try RedisConnection(address(server.port))
      return .success(try connection.call(["PING"]))
    } catch { return .failure(error) }
  }

  static func address(_ port: Int, _ identity: String = "") -> RedisAddress {
    guard let address = try? RedisAddress("redis://\(identity)127.0.0.1:\(port)") else {
      fatalError("it is an address")
    }
    return address
  }

  @Test func readsEveryKindOfReply() throws {
    let reply = try Self.call("*7\r\n+OK\r\n:-5\r\n$3\r\na\r\n\r\n$-1\r\n*-1\r\n*0\r\n-ERR \u{1B}[31m\r\n")
    let parts: [RedisReply] = [
      .bytes(Array("OK".utf8)), .integer(-5), .bytes(Array("a\r\n".utf8)), .null, .null, .array([]),
      .error("ERR ?[31m"),
    ]
    #expect(try reply.get() == .array(parts))
  }

  @Test func anErrorIsARefusal() throws {
    #expect(
      try Self.call("-NOPERM this user has no permissions\r\n")
        == .failure(.refused("NOPERM this user has no permissions")))
    #expect(
      try Self.call("-\(String(repeating: "x", count: 5000))\r\n")
        == .failure(.refused(String(repeating: "x", count: 200))))
  }

  @Test(arguments: [
    "HTTP/1.1 400 Bad Request\r\n\r\n", "$-2\r\n", "$99999999999999999999\r\n", "*-5\r\n", ":x\r\n",
    String(repeating: "*1\r\n", count: 100), "\0",
  ])
  func otherProtocolsAreNotUnderstood(answer: String) throws {
    #expect(try Self.call(answer) == .failure(.notUnderstood))
  }

  /// Announcing costs a server nothing.
  @Test(arguments: ["*2147483647\r\n", "*65537\r\n*65537\r\n*65537\r\n*65537\r\n", "$500000000\r\n", "*3\r\n:1\r\n"])
  func unfinishedRepliesEndWithTheConnection(answer: String) throws {
    guard case .failure(.unreachable) = try Self.call(answer) else {
      Issue.record("it is not over")
      return
    }
  }

  @Test func largeRepliesAreReadInPart() throws {
    let long = "$2000000\r\n\(String(repeating: "x", count: 2_000_000))\r\n"
    #expect(try Self.call(long) == .failure(.tooLarge(.missing)))
    let last = try Self.call("*3\r\n$2\r\nab\r\n*2\r\n:1\r\n\(long)")
    let parts: [RedisReply] = [.bytes(Array("ab".utf8)), .array([.integer(1), .missing]), .missing]
    #expect(last == .failure(.tooLarge(.array(parts))))
  }

  @Test func longArraysAreReadInPart() throws {
    let reply = try Self.call("*2\r\n*100000\r\n\(String(repeating: "*1\r\n:7\r\n", count: 100_000)):9\r\n").get()
    let outer = try #require(reply.elements)
    #expect(outer[0].elements?.count == 65_536)
    #expect(outer[0].elements?.last == .array([.integer(7)]))
    #expect(outer[1] == .integer(9))
  }

  /// A server that does not know AUTH repeats what it was sent.
  @Test func refusalsOfAuthenticationKeepThePassword() throws {
    let server = try FakeServer([Array("-ERR unknown command `AUTH`, with args beginning with: `hunter2`\r\n".utf8)])
    #expect(throws: RedisFailure.refused("ERR in answer to AUTH")) {
      try RedisConnection(Self.address(server.port, ":hunter2@"))
    }
    withExtendedLifetime(server) {}
  }

  @Test func nobodyListens() throws {
    let address = try RedisAddress("unix:///nowhere/socket")
    #expect { try RedisConnection(address) } throws: { error in
      guard let failure = error as? RedisFailure, case .unreachable = failure else { return false }
      return "\(failure.error(address))".contains("unix:///nowhere/socket cannot be used: No such file")
    }
  }
}

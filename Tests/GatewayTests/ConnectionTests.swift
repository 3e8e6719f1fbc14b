import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// What connections may do to each other, and what HEAD is answered with.
  @Suite struct ConnectionTests {
    @Test(
      "HEAD is answered with header fields alone: other requests of the connection go on",
      arguments: ["http", "operations"])
    func head(server: String) async throws {
      let gateway = try SharedGateway.plain()
      let port = server == "http" ? gateway.http : gateway.operations
      let paths =
        server == "http"
        ? ["/v2/health/live", "/v2", "/openapi.json", "/nothing"] : ["/livez", "/metrics", "/nothing"]
      let parallel = try RawConnection(port: port)
      parallel.setTimeout(3)
      var streams: [UInt32: Bool] = [:]
      // Room for all answers: this client never says that it has read some.
      var requests = HTTP2Frames.preface + HTTP2Frames.frame(.settings, 0, 0, [0, 4] + HTTP2Frames.bytes(1 << 24))
      requests += HTTP2Frames.frame(.windowUpdate, 0, 0, HTTP2Frames.bytes(1 << 24))
      for number in 0..<24 {
        let stream = UInt32(2 * number + 1)
        streams[stream] = number % 2 == 1
        requests += HTTP2Frames.headers(
          stream, HTTP2Frames.request(number % 2 == 1 ? "HEAD" : "GET", paths[number % paths.count]),
          flags: HTTP2Frames.endHeaders | HTTP2Frames.endStream)
      }
      parallel.send(requests)
      let received = parallel.receive(until: { HTTP2Frames.endedStreams($0).count == streams.count })
      #expect(HTTP2Frames.endedStreams(received) == Set(streams.keys))
      HTTP2Frames.each(received) { kind, _, stream, payload in
        if kind == HTTP2Frames.Kind.data.rawValue, !payload.isEmpty { #expect(streams[stream] == false) }
      }
      for path in paths {
        let (get, head) = (
          try await WebClient(port: port).get(path), try await WebClient(port: port).send("HEAD", path, [:], nil)
        )
        #expect(get.status == head.status && head.body.isEmpty, "\(path)")
        if path != "/metrics" { #expect(get.headers["content-length"] == head.headers["content-length"], "\(path)") }
      }
    }

    @Test("a hundred connections that say nothing, or too little, keep no probe out")
    func probes() async throws {
      let gateway = try RunningGateway(["--audit", "off"])
      var connections: [RawConnection] = []
      for number in 0..<100 {
        let connection = try RawConnection(port: gateway.operations)
        if number % 2 == 0 { connection.send("GET /livez HTTP/1.1\r\nHost: x\r\nX-Slow: ") }
        connections.append(connection)
      }
      for _ in 0..<5 {
        for path in ["/livez", "/readyz", "/metrics"] {
          let probe = try RawConnection(port: gateway.operations)
          probe.setTimeout(3)
          probe.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
          #expect(probe.receiveAll().hasPrefix("HTTP/1.1 200 "), "\(path)")
        }
        connections.last?.send("a")
      }
    }

    @Test("gRPC connections beyond the limit are closed, those of HTTP wait; one that goes makes room")
    func limits() async throws {
      let gateway = try RunningGateway(["--connections", "2", "--audit", "off"])
      for (port, isTurnedAway) in [(gateway.grpc, true), (gateway.http, false)] {
        func connection() throws -> RawConnection {
          let connection = try RawConnection(port: port)
          connection.setTimeout(2)
          connection.send(HTTP2Frames.opening)
          return connection
        }
        var held = try [connection(), connection()]
        for connection in held { #expect(connection.receive() != nil, "it is served") }
        let further = try connection()
        #expect(further.receive() == nil && further.isClosed() == isTurnedAway)
        held.removeFirst()
        // The server hears of that end a little later.
        if isTurnedAway || further.receive() == nil {
          try await eventually("there is room again", every: .milliseconds(50)) { try connection().receive() != nil }
        }
      }
    }

    @Test("a connection on which nothing comes ends, whatever it speaks")
    func silence() throws {
      let gateway = try RunningGateway(["--idle", "500ms", "--deadline", "500ms", "--audit", "off"])
      let openings: KeyValuePairs<String, [UInt8]> = [
        "nothing": [], "a preface": HTTP2Frames.preface, "settings": HTTP2Frames.opening,
        "a ping": HTTP2Frames.opening + HTTP2Frames.frame(.ping, 0, 0, [UInt8](repeating: 1, count: 8)),
      ]
      var connections: [(name: String, connection: RawConnection)] = []
      for (server, port) in [("gRPC", gateway.grpc), ("HTTP", gateway.http)] {
        for (name, opening) in openings {
          let connection = try RawConnection(port: port)
          connection.send(opening)
          connections.append(("\(name), \(server)", connection))
        }
      }
      // All of them wait at once.
      for (name, connection) in connections { #expect(connection.isClosed(), "\(name)") }
    }

    /// A connection that gives answers no room, unless a stream asks for some.
    private func connection(_ port: Int, room: UInt32) throws -> RawConnection {
      let connection = try RawConnection(port: port)
      connection.setTimeout(1)
      connection.send(HTTP2Frames.preface + HTTP2Frames.frame(.settings, 0, 0, [0, 4] + HTTP2Frames.bytes(room)))
      return connection
    }

    private func liveness(_ stream: UInt32, isRPC: Bool) -> [UInt8] {
      isRPC
        ? HTTP2Frames.headers(stream, HTTP2Frames.call("ServerLive"))
          + HTTP2Frames.frame(.data, HTTP2Frames.endStream, stream, HTTP2Frames.message([]))
        : HTTP2Frames.headers(
          stream, HTTP2Frames.request("GET", "/v2/health/live"), flags: HTTP2Frames.endHeaders | HTTP2Frames.endStream)
    }

    private static func resets(_ received: [UInt8]) -> Set<UInt32> {
      var reset: Set<UInt32> = []
      HTTP2Frames.each(received) { kind, _, stream, _ in
        if kind == HTTP2Frames.Kind.reset.rawValue { reset.insert(stream) }
      }
      return reset
    }

    @Test(
      "an upload over HTTP/2 may have a megabyte on its way, on its stream and on its connection",
      arguments: [true, false])
    func windows(isRPC: Bool) throws {
      let gateway = try SharedGateway.plain()
      let connection = try RawConnection(port: isRPC ? gateway.grpc : gateway.http)
      connection.setTimeout(3)
      let fields = isRPC ? HTTP2Frames.call("ModelInfer") : HTTP2Frames.request("POST", "/v1/filter")
      let part = HTTP2Frames.message([UInt8](repeating: 1, count: 15_995), length: 100_000)
      connection.send(
        HTTP2Frames.opening + HTTP2Frames.headers(1, fields) + HTTP2Frames.frame(.data, 0, 1, part))
      let received = connection.receive { HTTP2Frames.count(.windowUpdate, in: $0) > 0 }
      var (ofStreams, ofConnection) = (0, 65_535 - part.count)
      HTTP2Frames.each(received) { kind, _, stream, payload in
        switch HTTP2Frames.Kind(rawValue: kind) {
        case .settings: ofStreams = HTTP2Frames.setting(4, in: payload) ?? ofStreams
        case .windowUpdate where stream == 0: ofConnection += HTTP2Frames.number(payload)
        default: break
        }
      }
      #expect(ofStreams == 1 << 20 && ofConnection == 1 << 20)
    }

    @Test("a stream whose answer is not taken ends, whatever else its client sends", arguments: [true, false])
    func untakenAnswer(isRPC: Bool) throws {
      let gateway = try RunningGateway(["--idle", "600ms", "--deadline", "500ms", "--audit", "off"])
      let connection = try connection(isRPC ? gateway.grpc : gateway.http, room: 0)
      connection.send(liveness(1, isRPC: isRPC))
      var received: [UInt8] = []
      for _ in 0..<30 where Self.resets(received).isEmpty {
        connection.send(HTTP2Frames.frame(.windowUpdate, 0, 0, HTTP2Frames.bytes(1)))
        received += connection.receive() ?? []
      }
      #expect(Self.resets(received) == [1])
    }

    @Test(
      "a connection ends after its answer where its client wants that, however it says so",
      arguments: [
        "HTTP/1.0", "HTTP/1.1\r\nConnection: close", "HTTP/1.1\r\nConnection: Close",
        "HTTP/1.1\r\nConnection: close, TE", "HTTP/1.1\r\nConnection: TE\r\nConnection: CLOSE",
      ])
    func closeWishes(version: String) throws {
      let gateway = try SharedGateway.plain()
      for (port, path) in [(gateway.http, "/v2/health/live"), (gateway.operations, "/livez")] {
        let connection = try RawConnection(port: port)
        connection.setTimeout(5)
        connection.send("GET \(path) \(version)\r\nHost: x\r\n\r\n")
        let answer = connection.receive { $0.count > 12 }
        #expect(String(decoding: answer, as: UTF8.self).hasPrefix("HTTP/1.1 200"))
        #expect(connection.isClosed())
      }
    }

    @Test("a body without a length is none with HTTP/1.0 as well, and its client hears so", arguments: [true, false])
    func endlessBodies(isAtOnce: Bool) async throws {
      let gateway = try SharedGateway.plain()
      for ends in [true, false] {
        let connection = try RawConnection(port: gateway.http)
        let head = Array("POST /v1/filter HTTP/1.0\r\n\r\n".utf8)
        if isAtOnce {
          connection.send(head + Signs.clean)
        } else {
          connection.send(head)
          connection.send(Signs.clean)
        }
        if ends { connection.endSending() }
        let answer = connection.receiveAll()
        #expect(answer.hasPrefix("HTTP/1.1 422 ") || answer.hasPrefix("HTTP/1.0 422 "), "\(answer)")
      }
    }

    @Test(
      "a request that asks for another protocol is answered as the last of its connection, and whatever follows is dropped",
      arguments: [
        "GET PATH HTTP/1.1\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABk",
        "GET PATH HTTP/1.1\r\nConnection: upgrade, close\r\nUpgrade: x",
        "GET PATH HTTP/1.1\r\nProxy-Connection: upgrade\r\nUpgrade: x",
        "GET /nothing HTTP/1.1\r\nConnection: upgrade\r\nUpgrade: x", "CONNECT x:80 HTTP/1.1",
      ])
    func upgrades(head: String) async throws {
      let gateway = try RunningGateway(["--audit", "off"])
      for (port, path) in [(gateway.http, "/v2/health/live"), (gateway.operations, "/livez")] {
        let request = head.replacingOccurrences(of: "PATH", with: path) + "\r\nHost: x\r\n\r\n"
        try await expectLast(request, status: head.contains("PATH") ? "200" : "4", port, gateway)
      }
    }

    /// Expects that a request is answered, that the megabytes behind it are not kept, and that its connection ends at last.
    private func expectLast(_ request: String, status: String, _ port: Int, _ gateway: RunningGateway) async throws {
      let before = gateway.memory
      let connection = try RawConnection(port: port)
      connection.send(request)
      let answer = String(
        decoding: connection.receive { String(decoding: $0, as: UTF8.self).contains("\r\n\r\n") }, as: UTF8.self)
      #expect(answer.hasPrefix("HTTP/1.1 \(status)"), "\(answer)")
      #expect(answer.lowercased().contains("\r\nconnection: close\r\n"), "\(answer)")
      let megabyte = [UInt8](repeating: 0x78, count: 1_000_000)
      for _ in 0..<300 where !connection.send(megabyte) { break }
      #expect(gateway.memory < before + 150_000)
      try await eventually("whoever never ends is cut off", every: .milliseconds(50)) { !connection.send("x") }
    }

    @Test("a client that offers HTTP/2 with its first request sends the next one on a connection of its own")
    func offers() throws {
      let gateway = try SharedGateway.plain()
      let connection = try RawConnection(port: gateway.http)
      let offer = "Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAMAAABkAAQCAAAAAAIAAAAA\r\n"
      let request = "POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: \(Signs.clean.count)\r\n"
      connection.send(Array("\(request)\r\n".utf8) + Signs.clean)
      connection.send(Array("\(request)\(offer)\r\n".utf8) + Signs.clean)
      let answers = connection.receiveAll().components(separatedBy: "HTTP/1.1 ").dropFirst()
      #expect(answers.map { $0.hasPrefix("200 ") } == [true, true])
      #expect(answers.map { $0.lowercased().contains("\r\nconnection: close\r\n") } == [false, true])
    }

    @Test(
      "over HTTP/2, who is answered before having sent all is told to stop, and not that the answer is none",
      arguments: [([], "504"), ([("content-length", "40000000")], "413")] as [([(String, String)], String)])
    func earlyAnswers(fields: [(String, String)], status: String) throws {
      let gateway = try RunningGateway(["--deadline", "500ms", "--audit", "off"])
      let connection = try RawConnection(port: gateway.http)
      connection.send(
        HTTP2Frames.opening + HTTP2Frames.headers(1, HTTP2Frames.request("POST", "/v1/filter") + fields)
          + HTTP2Frames.frame(.data, 0, 1, [1, 2, 3]))
      let received = connection.receive { !Self.resets($0).isEmpty }
      #expect(HTTP2Frames.fields(received).contains(":status: \(status)"))
      #expect(HTTP2Frames.endedStreams(received) == [1])
      var codes: [Int] = []
      HTTP2Frames.each(received) { kind, _, _, payload in
        if kind == HTTP2Frames.Kind.reset.rawValue { codes.append(HTTP2Frames.number(payload)) }
      }
      #expect(codes == [0], "NO_ERROR")
    }

    /// Heads of requests that break the rules, each whole.
    private static let malformedHeads: [String: [(String, String)]] = [
      "no body": [("content-length", "5")], "a length that is none": [("content-length", "x")],
      "two lengths": [("content-length", "5"), ("content-length", "6")],
      "a field of the connection": [("connection", "close")], "a transfer coding": [("transfer-encoding", "chunked")],
      "a capital": [("X-Name", "x")], "a line break": [("x-name", "a\r\nb")], "two paths": [(":path", "/")],
      "a late method": [("x-name", "x"), (":method", "GET")],
    ]

    /// Requests on stream 3 that break the rules.
    private static let malformed: [String: [UInt8]] = {
      let head = HTTP2Frames.request("POST", "/v1/filter")
      let measured = HTTP2Frames.headers(3, head + [("content-length", "5")])
      var requests = malformedHeads.mapValues { more in
        HTTP2Frames.headers(3, head + more, flags: HTTP2Frames.endHeaders | HTTP2Frames.endStream)
      }
      requests["a short body"] = measured + HTTP2Frames.frame(.data, HTTP2Frames.endStream, 3, [1, 2])
      requests["a long body"] = measured + HTTP2Frames.frame(.data, 0, 3, [1, 2, 3, 4, 5, 6])
      requests["no path"] = HTTP2Frames.headers(3, head.filter { $0.0 != ":path" })
      requests["trailers before the end"] = HTTP2Frames.headers(3, head) + HTTP2Frames.headers(3, [("x-name", "x")])
      return requests
    }()

    @Test(
      "over HTTP/2, a request that breaks the rules ends, and no other on its connection", arguments: malformed.keys)
    func malformedRequests(name: String) throws {
      let frames = try #require(Self.malformed[name])
      let connection = try RawConnection(port: try SharedGateway.plain().http)
      connection.send(HTTP2Frames.opening + HTTP2Frames.headers(1, HTTP2Frames.request("POST", "/v1/filter")) + frames)
      let before = connection.receive { Self.resets($0).contains(3) }
      #expect(Self.resets(before) == [3] && HTTP2Frames.count(.goAway, in: before) == 0)
      connection.send(HTTP2Frames.frame(.data, HTTP2Frames.endStream, 1, Signs.clean))
      let received = before + connection.receive { HTTP2Frames.endedStreams(before + $0).contains(1) }
      #expect(HTTP2Frames.endedStreams(received) == [1] && HTTP2Frames.fields(received).contains(":status: 200"))
    }

    @Test("over HTTP/2, who breaks the rules again and again loses the connection")
    func manyMalformedRequests() throws {
      let connection = try RawConnection(port: try SharedGateway.plain().http)
      let fields = HTTP2Frames.request("GET", "/v2") + [("connection", "close")]
      let flags = HTTP2Frames.endHeaders | HTTP2Frames.endStream
      let requests = (0..<300).flatMap { HTTP2Frames.headers(2 * $0 + 1, fields, flags: flags) }
      connection.send(HTTP2Frames.opening + requests)
      #expect(connection.isClosed())
    }

    @Test("thousands of gRPC answers that nobody takes keep nobody out; the connections of the first ones end")
    func manyUntakenAnswers() throws {
      let gateway = try RunningGateway(["--idle", "5m", "--audit", "off"])
      let calls = (0..<32).flatMap { liveness(2 * $0 + 1, isRPC: true) }
      let connections = try (0..<130).map { _ in
        let connection = try connection(gateway.grpc, room: 0)
        connection.setTimeout(10)
        connection.send(calls)
        // The head of an answer needs no room.
        let received = connection.receive { Self.successes($0) == 32 }
        #expect(Self.successes(received) == 32)
        return connection
      }
      let other = try connection(gateway.grpc, room: 65_535)
      other.setTimeout(10)
      other.send(liveness(1, isRPC: true))
      let received = other.receive(until: { HTTP2Frames.endedStreams($0).contains(1) })
      #expect(HTTP2Frames.fields(received).contains("grpc-status: 0"))
      #expect(try #require(connections.first).isClosed())
      let last = try #require(connections.last)
      last.setTimeout(1)
      #expect(!last.isClosed())
    }

    private static func successes(_ received: [UInt8]) -> Int {
      HTTP2Frames.fields(received).count { $0 == ":status: 200" }
    }

    @Test("an answer that is read slowly is read to its end, though its client may be silent for less")
    func slowReader() async throws {
      let gateway = try RunningGateway(["--idle", "500ms", "--audit", "off"])
      let length = try await WebClient(port: gateway.http).get("/openapi.json").body.count
      let connection = try connection(gateway.http, room: 100)
      connection.send(
        HTTP2Frames.headers(
          1, HTTP2Frames.request("GET", "/openapi.json"), flags: HTTP2Frames.endHeaders | HTTP2Frames.endStream))
      var received: [UInt8] = []
      for _ in 0..<12 {
        received += connection.receive() ?? []
        // The whole answer takes longer than an answer may wait, each piece of it does not.
        try await Task.sleep(for: .milliseconds(400))
        connection.send(HTTP2Frames.frame(.windowUpdate, 0, 1, HTTP2Frames.bytes(UInt32(length / 10))))
      }
      received += connection.receive { HTTP2Frames.endedStreams(received + $0).contains(1) }
      #expect(HTTP2Frames.endedStreams(received) == [1] && Self.resets(received).isEmpty)
    }

    @Test("a client that resets its calls has gone; nothing has failed, and no message is decoded twice")
    func brokenCalls() async throws {
      let gateway = try RunningGateway(["--audit", "off"])
      let connection = try RawConnection(port: gateway.grpc)
      connection.setTimeout(2)
      connection.send(HTTP2Frames.opening)
      for number in 0..<30 {
        let stream = UInt32(2 * number + 1)
        connection.send(HTTP2Frames.headers(stream, HTTP2Frames.call("ModelInfer")) + HTTP2Frames.reset(stream))
      }
      connection.send(
        HTTP2Frames.headers(101, HTTP2Frames.call("ModelInfer"))
          + HTTP2Frames.frame(.data, HTTP2Frames.endStream, 101, HTTP2Frames.message([0xFF, 0xFF, 0xFF])))
      let received = connection.receive(until: { HTTP2Frames.endedStreams($0).contains(101) })
      #expect(HTTP2Frames.fields(received).contains("grpc-status: 3"))
      try await gateway.waitForIdleness()
      let metrics = try await gateway.metrics()
      #expect(!metrics.contains(/outcome="failed"\} [1-9]/))
      #expect(!gateway.logText.contains(#""level":"warning""#))
    }

    @Test(
      "a body that a proxy has cut short is never judged, whoever else says otherwise",
      arguments: [["true"], ["false", "true"], ["true", "false"], ["false, true"], ["False", " TRUE "], ["yes"]])
    func partialBodies(values: [String]) throws {
      let gateway = try SharedGateway.plain()
      let connection = try RawConnection(port: gateway.http)
      let fields = values.map { "X-Envoy-Auth-Partial-Body: \($0)\r\n" }.joined()
      let head =
        "POST /v1/check/x HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: image/png\r\nContent-Length: \(Signs.clean.count)\r\n\(fields)\r\n"
      connection.send(Array(head.utf8) + Signs.clean)
      #expect(connection.receiveAll().hasPrefix("HTTP/1.1 413 "))
    }

    @Test("a client is the same by its token, however it writes the scheme")
    func sameToken() async throws {
      let gateway = try RunningGateway(["--audit-client", "token", "--token", "a-token-of-a-client"])
      for scheme in ["Bearer", "bearer", "BEARER", "bEaReR "] {
        let answer = try await WebClient(port: gateway.http).post(
          "/v1/filter", Signs.clean, ["Authorization": "\(scheme) a-token-of-a-client"])
        #expect(answer.status == 200)
      }
      let clients = try AuditLogReader(gateway.auditPath).records().compactMap { $0.said["client"] as? String }
      #expect(Set(clients).count == 1 && clients.count == 4)
    }
  }
}

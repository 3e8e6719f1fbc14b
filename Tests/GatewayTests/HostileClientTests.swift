import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// Clients that break every rule, against a gateway that has to go on.
  @Suite struct HostileClientTests {
    private static let shortTimes = [
      "--idle", "600ms", "--deadline", "2s", "--max-body", "200kB", "--body-memory", "2MB",
    ]

    private func isServing(_ gateway: RunningGateway) async throws -> Bool {
      try await WebClient(port: gateway.http).post("/v1/filter", Signs.clean).status == 200
    }

    private func head(_ length: Int, _ more: String = "") -> String {
      "POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: \(length)\r\n\(more)\r\n"
    }

    @Test("bodies that are too long are refused by their head, or as soon as they are")
    func longBodies() async throws {
      let gateway = try RunningGateway(Self.shortTimes)
      let declared = try RawConnection(port: gateway.http)
      declared.send(head(1_000_000_000_000))
      #expect(declared.receiveAll().hasPrefix("HTTP/1.1 413 "))
      let chunked = try RawConnection(port: gateway.http)
      chunked.send("POST /v1/filter HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n")
      let chunk = "10000\r\n" + String(repeating: "x", count: 65_536) + "\r\n"
      for _ in 0..<16 where !chunked.send(chunk) { break }
      #expect(chunked.receiveAll().hasPrefix("HTTP/1.1 413 "))
      #expect(try await isServing(gateway))
    }

    @Test("a body that never ends, and a client that sends a byte now and then, end with the deadline")
    func slowClients() async throws {
      let gateway = try RunningGateway(Self.shortTimes)
      let silent = try RawConnection(port: gateway.http)
      silent.send(head(1000) + "begin")
      let slow = try RawConnection(port: gateway.http)
      slow.send(head(1000))
      let slowHead = try RawConnection(port: gateway.http)
      var (isHeadCut, answer) = (false, "")
      try await eventually("the body that drips is answered", every: .milliseconds(50)) {
        slow.send("x")
        if !slowHead.send("P") { isHeadCut = true }
        answer = slow.receiveNow() ?? ""
        return !answer.isEmpty
      }
      #expect(isHeadCut, "a head has as long as a connection may be silent")
      #expect(answer.hasPrefix("HTTP/1.1 504 "))
      #expect(silent.receiveAll().count < 1000)
      #expect(try await isServing(gateway))
    }

    @Test("heads that are too large, and what is no HTTP")
    func strangeHeads() async throws {
      let gateway = try RunningGateway()
      for text in [
        "GET /v2 HTTP/1.1\r\nHost: x\r\nX: " + String(repeating: "a", count: 100_000) + "\r\n\r\n",
        "GET /v2 HTTP/1.1\r\nHost: x\r\n" + (0..<2000).map { "X-\($0): a\r\n" }.joined() + "\r\n",
        "GET /" + String(repeating: "a", count: 200_000) + " HTTP/1.1\r\nHost: x\r\n\r\n",
        "\u{16}\u{3}\u{1}\u{2}garbage\r\n\r\n",
        "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + String(repeating: "z", count: 1000),
        "POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        "POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/filter HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
      ] {
        let connection = try RawConnection(port: gateway.http)
        connection.setTimeout(3)
        connection.send(text)
        #expect(!connection.receiveAll().hasPrefix("HTTP/1.1 200"), "\(text.prefix(60))")
      }
      #expect(try await isServing(gateway))
    }

    @Test("heads with long runs of characters outside ASCII are refused before they are looked at, on each port")
    func headsOutsideASCII() throws {
      let gateway = try RunningGateway(["--audit", "off"])
      let long = CombiningMarks.text(bytes: 1200)
      for (port, path) in [(gateway.http, "/v2"), (gateway.operations, "/livez")] {
        func answer(_ path: String, _ value: String) throws -> String {
          let connection = try RawConnection(port: port)
          connection.send("GET \(path) HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-User: \(value)\r\n\r\n")
          return connection.receiveAll()
        }
        #expect(try answer(path, CombiningMarks.text(bytes: 900)).hasPrefix("HTTP/1.1 200 "))
        let refused = try answer(path, long)
        #expect(refused.hasPrefix("HTTP/1.1 400 ") && refused.contains("1000 bytes outside ASCII"))
        #expect(try answer(path + "/" + long, "x").hasPrefix("HTTP/1.1 400 "))
      }
    }

    @Test("a body that breaks the rules of HTTP is a wrong request, answered once; one that breaks off has no client")
    func brokenChunks() async throws {
      let gateway = try RunningGateway(["--audit", "off"])
      let start = "POST /v1/filter HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n"
      let connection = try RawConnection(port: gateway.http)
      connection.send(start)
      try await Task.sleep(for: .milliseconds(100))
      connection.send("no length\r\n")
      let answer = connection.receiveAll()
      #expect(answer.hasPrefix("HTTP/1.1 400 ") && answer.contains("the request breaks the rules of HTTP"), "\(answer)")
      #expect(answer.lowercased().contains("\r\nx-request-id: "))
      #expect(answer.components(separatedBy: "HTTP/1.1 ").count == 2)
      do {
        let leaving = try RawConnection(port: gateway.http)
        leaving.send(start)
        // One that leaves at once may never have been heard.
        try await Task.sleep(for: .milliseconds(200))
      }
      let metrics = try await gateway.metrics("one has gone") { $0.contains(#"route="filter",outcome="gone"} 1"#) }
      #expect(metrics.contains(#"route="filter",outcome="invalid"} 1"#), "\(metrics)")
    }

    @Test("lengths that lie about the binary data, JSON bombs, forms cut short")
    func lyingBodies() async throws {
      let gateway = try RunningGateway()
      let client = WebClient(port: gateway.http)
      let path = "/v2/models/signs/infer"
      for length in ["-1", "x", "99999", "9223372036854775808"] {
        #expect(
          try await client.post(path, Array("{}".utf8), ["Inference-Header-Content-Length": length]).status == 400)
      }
      let bombs = [
        String(repeating: "[", count: 2_000_000), "[" + String(repeating: "0,", count: 3_000_000) + "0]",
        #"{"inputs":[{"name":"x","datatype":"BYTES","shape":[1000000000000],"data":[]}]}"#,
        #"{"inputs":[{"name":"x","datatype":"UINT8","shape":[100000,100000,3],"parameters":{"binary_data_size":0}}]}"#,
      ]
      for bomb in bombs { #expect(try await client.post(path, Array(bomb.utf8)).status == 400) }
      let form = Array("--b\r\nContent-Disposition: form-data; name=\"i\"\r\n\r\nabc\r\n--b--\r\n".utf8)
      for length in 0..<form.count - 4 {
        let answer = try await client.post(
          "/v1/filter", Array(form.prefix(length)), ["Content-Type": "multipart/form-data; boundary=b"])
        #expect([400, 422].contains(answer.status))
      }
      #expect(try await isServing(gateway))
    }

    @Test("a thousand connections, idle, half-way and broken off, and none of them matters")
    func manyConnections() async throws {
      let gateway = try RunningGateway(["--body-memory", "64MB"])
      var connections: [RawConnection] = []
      for number in 0..<1000 {
        let connection = try RawConnection(port: gateway.http)
        switch number % 4 {
        case 0: break
        case 1: connection.send("POST /v1/fil")
        case 2: connection.send(head(10_000) + "half")
        default:
          connection.send(head(10_000) + "half")
          connection.reset()
        }
        connections.append(connection)
      }
      #expect(try await isServing(gateway))
      connections.removeAll()
      try await gateway.waitForIdleness()
      #expect(try await isServing(gateway))
    }

    @Test("keep-alive: many requests on a connection, good and bad in turn, also sent ahead")
    func keepAlive() throws {
      let gateway = try RunningGateway()
      let connection = try RawConnection(port: gateway.http)
      let image = Array(head(Signs.clean.count).utf8) + Signs.clean
      let bad = Array((head(3) + "abc").utf8)
      for _ in 0..<20 { connection.send(image + bad) }
      connection.send("GET /v2/health/live HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
      let answers = connection.receiveAll()
      #expect(answers.components(separatedBy: "HTTP/1.1 200 ").count - 1 == 21)
      #expect(answers.components(separatedBy: "HTTP/1.1 422 ").count - 1 == 20)
    }

    @Test("clients that ask before they send are told to, unless the body is too long")
    func askingFirst() throws {
      let gateway = try RunningGateway()
      let connection = try RawConnection(port: gateway.http)
      connection.send(head(Signs.clean.count, "Expect: 100-continue\r\n"))
      #expect(connection.receive().map { String(decoding: $0, as: UTF8.self) }?.hasPrefix("HTTP/1.1 100 ") == true)
      connection.send(Signs.clean)
      #expect(connection.receive().map { String(decoding: $0, as: UTF8.self) }?.hasPrefix("HTTP/1.1 200 ") == true)
      let long = try RawConnection(port: gateway.http)
      long.send(head(100_000_000, "Expect: 100-continue\r\n"))
      #expect(long.receive().map { String(decoding: $0, as: UTF8.self) }?.hasPrefix("HTTP/1.1 413 ") == true)
    }

    @Test("a client of HTTP/1.0 is never told to go on", arguments: ["", "Connection: keep-alive\r\n"])
    func askingInHTTP1(more: String) throws {
      let gateway = try RunningGateway()
      let connection = try RawConnection(port: gateway.http)
      let fields = "Content-Length: \(Signs.clean.count)\r\nExpect: 100-continue\r\n\(more)"
      connection.send("POST /v1/filter HTTP/1.0\r\n\(fields)\r\n")
      connection.setTimeout(1)
      #expect(connection.receive() == nil)
      connection.setTimeout(10)
      connection.send(Signs.clean)
      #expect(connection.receive().map { String(decoding: $0, as: UTF8.self) }?.contains(" 200 ") == true)
    }

    @Test("nobody is told to send a body that nobody reads")
    func askingInVain() throws {
      let folder = try TemporaryFolder()
      let gateway = try RunningGateway(["--token-file", try folder.file("tokens", "a-token-of-many-letters\n")])
      for (path, more, status) in [
        ("/nothing", "", 404), ("/v1/filter", "", 401),
        ("/v2", "Authorization: Bearer a-token-of-many-letters\r\n", 405),
        ("/v2/models/other/infer", "Authorization: Bearer a-token-of-many-letters\r\n", 404),
      ] {
        let connection = try RawConnection(port: gateway.http)
        connection.send(
          "POST \(path) HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\(more)\r\n")
        let answer = connection.receive().map { String(decoding: $0, as: UTF8.self) }
        #expect(answer?.hasPrefix("HTTP/1.1 \(status) ") == true, "\(path): \(answer ?? "nothing")")
      }
    }

    @Test("requests that are sent ahead are told to go on in their turn, or not at all where their body is there")
    func askingAhead() throws {
      let gateway = try RunningGateway()
      let connection = try RawConnection(port: gateway.http)
      let whole = Array(head(3, "Expect: 100-continue\r\n").utf8) + Array("abc".utf8)
      connection.send(whole + Array(head(3).utf8) + Array("abc".utf8) + Array(head(3, "Expect: 100-continue\r\n").utf8))
      func statuses(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).components(separatedBy: "HTTP/1.1 ").dropFirst().map {
          String($0.prefix(3))
        }
      }
      var received = connection.receive { statuses($0).contains("100") }
      #expect(statuses(received) == ["422", "422", "100"])
      connection.send("abc")
      received = connection.receive { statuses($0).count == 1 }
      #expect(statuses(received) == ["422"])
    }

    @Test("HTTP/2 without TLS, and streams that are reset at once", .enabled(if: Requirements.hasCurl, "needs curl"))
    func http2() async throws {
      let gateway = try RunningGateway()
      let image = Repository.file("Samples/signs/clean/test/081_roundabout.png")
      let result = try SluiceCommand.shell(
        "curl -sS --http2-prior-knowledge --data-binary @\(image) -o /dev/null -w '%{http_code} %{http_version}' "
          + "http://127.0.0.1:\(gateway.http)/v1/filter")
      #expect(result.outputText == "200 2", "\(result.errors)")
      let connection = try RawConnection(port: gateway.http)
      connection.send(Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8) + [0, 0, 0, 4, 0, 0, 0, 0, 0])
      // HEADERS of GET / by the static table, and RST_STREAM, again and again.
      for number in 0..<20_000 {
        let stream = (0..<4).map { UInt8(truncatingIfNeeded: (2 * number + 1) >> (8 * (3 - $0))) }
        let headers: [UInt8] = [0, 0, 3, 1, 5] + stream + [0x82, 0x86, 0x84]
        guard connection.send(headers + [0, 0, 4, 3, 0] + stream + [0, 0, 0, 8]) else { break }
      }
      #expect(try await isServing(gateway))
    }
  }
}

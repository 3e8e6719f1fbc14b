import Foundation
import Synchronization
import TestSupport
import Testing

extension GatewayProcesses {
  /// What happens when there is too much to do, and when the gateway ends or changes while it works.
  @Suite struct LoadTests {
    /// Statuses of so many requests at a time.
    private static func statuses(_ port: Int, requests: Int, path: String = "/v1/filter") async -> [Int: Int] {
      await withTaskGroup(of: Int.self) { group in
        let client = WebClient(port: port)
        for _ in 0..<requests {
          group.addTask { (try? await client.post(path, Signs.clean).status) ?? 0 }
        }
        var counts: [Int: Int] = [:]
        for await status in group { counts[status, default: 0] += 1 }
        return counts
      }
    }

    @Test("a full queue turns requests away with 429 and when to come back; every other one is answered")
    func fullQueue() async throws {
      let gateway = try RunningGateway(["--workers", "1", "--queue", "2"])
      let counts = await Self.statuses(gateway.http, requests: 200)
      #expect(counts[200, default: 0] + counts[429, default: 0] == 200, "\(counts)")
      #expect(counts[200, default: 0] >= 6 && counts[429, default: 0] > 0)
      let calm = await Self.statuses(gateway.http, requests: 1)
      #expect(calm == [200: 1])
    }

    @Test("work for clients that have gone is not done")
    func goneClients() async throws {
      let gateway = try RunningGateway(["--workers", "1", "--queue", "1000"])
      let head = "POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: \(Signs.clean.count)\r\n\r\n"
      for _ in 0..<5 {
        let connections = try (0..<60).map { _ in try RawConnection(port: gateway.http) }
        for connection in connections { connection.send(Array(head.utf8) + Signs.clean) }
        for connection in connections { connection.reset() }
      }
      // Connections are accepted in order: whoever is answered now came after all of those.
      #expect(await Self.statuses(gateway.http, requests: 1) == [200: 1])
      try await gateway.waitForIdleness()
      let metrics = try await gateway.metrics()
      let gone = RunningGateway.metric("sluice_requests_total{route=\"filter\",outcome=\"gone\"}", in: metrics)
      let judged = RunningGateway.metric("sluice_images_total{verdict=\"clean\",action=\"forwarded\"}", in: metrics)
      #expect(gone > 0 && (1...150).contains(judged), "\(gone) have gone, \(judged) of 301 were judged")
      // A request that is reset before it is read has never begun. None counts twice, and nothing has failed.
      let counted = metrics.split(separator: "\n").filter { $0.hasPrefix("sluice_requests_total{route=\"filter\"") }
        .compactMap { $0.split(separator: " ").last.flatMap { Int($0) } }
      #expect(counted.reduce(0, +) <= 301 && !metrics.contains(/outcome="failed"\} [1-9]/), "\(metrics)")
    }

    @Test("bodies beyond the memory for them are turned away")
    func bodyMemory() async throws {
      let gateway = try RunningGateway(["--max-body", "490kB", "--body-memory", "1MB", "--deadline", "30s"])
      let holder = try RawConnection(port: gateway.http)
      holder.send("POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: 490000\r\n\r\n")
      holder.send([UInt8](repeating: 1, count: 489_000))
      // Once as it arrives, and once where it is put together.
      try await eventually("the body is held") { try await gateway.metric("sluice_held_bytes") >= 2 * 489_000 }
      #expect(try await gateway.metrics().contains("# HELP sluice_held_bytes Bytes charged to --body-memory: "))
      let answer = try await WebClient(port: gateway.http).post("/v1/filter", Signs.clean)
      #expect(answer.status == 429 && answer.headers["retry-after"] != nil)
      // Without this, the connection could be closed as soon as nothing is sent on it any more.
      withExtendedLifetime(holder) {}
    }

    @Test(
      "a signal to end lets what has begun be answered, takes nothing new, and ends with status 0",
      arguments: [SIGTERM, SIGINT])
    func gracefulEnd(signal: Int32) async throws {
      let gateway = try RunningGateway(["--workers", "1", "--queue", "1000"])
      let load = Task { [port = gateway.http] in await Self.statuses(port, requests: 150) }
      try await eventually("something is in work") { try await gateway.metric("sluice_in_flight") > 0 }
      gateway.send(signal)
      let counts = await load.value
      // Those whose connection was not accepted yet are refused; none that was read is lost.
      #expect(counts.keys.allSatisfy { $0 == 200 || $0 == 0 }, "\(counts)")
      #expect(counts[200, default: 0] > 0)
      #expect(gateway.waitForEnd() == 0)
    }

    /// Asks again and again on connections that are kept, until it has been told twice to close one.
    ///
    /// - Returns: how often it was answered; `nil` when a connection broke instead.
    private static func keepAsking(_ port: Int) -> Int? {
      let request =
        Array("POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: \(Signs.clean.count)\r\n\r\n".utf8) + Signs.clean
      var answers = 0
      for _ in 0..<2 {
        guard let connection = try? RawConnection(port: port) else { return nil }
        var isLast = false
        while !isLast {
          guard connection.send(request) else { return nil }
          let received = connection.receive { String(decoding: $0, as: UTF8.self).hasSuffix("}\n") }
          let answer = String(decoding: received, as: UTF8.self).lowercased()
          guard answer.hasPrefix("http/1.1 200"), answer.hasSuffix("}\n") else { return nil }
          answers += 1
          isLast = answer.contains("\r\nconnection: close\r\n")
        }
        // The end follows, and not a reset.
        guard connection.receive() == nil else { return nil }
      }
      return answers
    }

    @Test("no client that keeps its connection meets a broken one when the gateway ends")
    func farewell() async throws {
      let gateway = try RunningGateway(["--queue", "1000", "--drain-delay", "8s"])
      let port = gateway.http
      let clients = (0..<8).map { _ in
        let (answers, told) = AsyncStream.makeStream(of: Int?.self)
        Thread.detachNewThread {
          told.yield(Self.keepAsking(port))
          told.finish()
        }
        return answers
      }
      let operations = WebClient(port: gateway.operations)
      try await Task.sleep(for: .milliseconds(500))
      #expect(try await operations.get("/readyz").status == 200)
      gateway.send(SIGTERM)
      try await eventually("it is ready no longer") { try await operations.get("/readyz").status == 503 }
      let health = try await WebClient(port: port).get("/v2/health/ready")
      #expect(health.status == 503 && health.body.json["ready"] as? Bool == false)
      #expect(try await WebClient(port: port).get("/v2/health/live").status == 200, "it is served all the same")
      for client in clients {
        for await answers in client { #expect((answers ?? 0) >= 2) }
      }
      #expect(gateway.waitForEnd() == 0)
    }

    @Test("HTTP/2 and gRPC connections are told to go away, and go on until what has begun on them has ended")
    func farewellOfHTTP2() async throws {
      let gateway = try RunningGateway(["--drain-delay", "5s"])
      let connections = try [gateway.http, gateway.grpc].map { try RawConnection(port: $0) }
      for connection in connections { connection.send(HTTP2Frames.opening) }
      try await Task.sleep(for: .milliseconds(300))
      gateway.send(SIGTERM)
      for connection in connections {
        func hasGoAway(_ received: [UInt8]) -> Bool { HTTP2Frames.count(.goAway, in: received) > 0 }
        #expect(hasGoAway(connection.receive(until: hasGoAway)))
      }
      #expect(gateway.isRunning, "it was told before listeners close")
      #expect(try await WebClient(port: gateway.http).get("/v2/health/live").status == 200)
      #expect(gateway.waitForEnd() == 0)
    }

    @Test("the last answer on an HTTP/2 connection arrives before its end")
    func lastAnswerOfHTTP2() async throws {
      let server = FakeModelServer(.silence)
      try await server.serving { port in
        let gateway = try RunningGateway(["--upstream", "http://127.0.0.1:\(port)", "--drain", "30s"])
        try await gateway.wait(for: "model server in use")
        let connection = try RawConnection(port: gateway.http)
        let input = #"{"name":"i","datatype":"BYTES","shape":[1],"data":["\#(Signs.clean.base64)"]}"#
        connection.send(
          HTTP2Frames.opening + HTTP2Frames.headers(1, HTTP2Frames.request("POST", "/v2/models/signs/infer"))
            + HTTP2Frames.frame(.data, HTTP2Frames.endStream, 1, Array(#"{"inputs":[\#(input)]}"#.utf8)))
        try await eventually("the server is asked") { !server.received.isEmpty }
        gateway.send(SIGTERM)
        var received = connection.receive { !HTTP2Frames.pingAnswers($0).isEmpty }
        connection.send(HTTP2Frames.pingAnswers(received))
        // With the second one, the connection is to end with the last stream that has begun on it.
        received += connection.receive { HTTP2Frames.count(.goAway, in: received + $0) == 2 }
        server.set(.answers)
        received += connection.receive { HTTP2Frames.endedStreams(received + $0).contains(1) }
        #expect(HTTP2Frames.endedStreams(received) == [1])
        #expect(HTTP2Frames.fields(received).contains(":status: 200"))
        #expect(connection.isClosed())
        #expect(gateway.waitForEnd() == 0)
      }
    }

    @Test("an address that is in use is named, with its setting", arguments: ["http", "grpc", "operations"])
    func addressInUse(server: String) throws {
      let holder = try RunningGateway()
      var arguments = ["serve", "-f", Repository.file("Filters/signs.yaml"), "--audit", "off"]
      for name in ["http", "grpc", "operations"] {
        arguments += ["--\(name)", name == server ? "127.0.0.1:\(holder.http)" : "127.0.0.1:0"]
      }
      let result = try SluiceCommand.run(arguments)
      #expect(result.status == 2)
      #expect(
        result.errors.contains("127.0.0.1:\(holder.http), the address of \(server) (--\(server)"), "\(result.errors)")
    }

    @Test("a connection that never ends does not keep the gateway from ending")
    func boundedDrain() throws {
      let gateway = try RunningGateway(["--drain", "1s", "--deadline", "60m"])
      let holder = try RawConnection(port: gateway.http)
      holder.send("POST /v1/filter HTTP/1.1\r\nHost: x\r\nContent-Length: 100\r\n\r\n")
      usleep(300_000)
      gateway.send(SIGTERM)
      // Long before the deadline; otherwise it is killed, which is an issue.
      _ = gateway.waitForEnd()
      withExtendedLifetime(holder) {}
    }

    @Test("a changed filter is loaded; a broken one leaves the old one serving, and says so")
    func reload() async throws {
      let strict = filter(threshold: 0)
      let gateway = try RunningGateway(["--watch", "100ms"], filter: filter(threshold: 1.9))
      let client = WebClient(port: gateway.http)
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      try strict.write(toFile: gateway.filterPath, atomically: true, encoding: .utf8)
      try await gateway.wait(for: "filter reloaded")
      #expect(try await client.post("/v1/filter", Signs.clean).status == 403)
      try "version: 1\nname: broken".write(toFile: gateway.filterPath, atomically: true, encoding: .utf8)
      try await gateway.wait(for: "filter not reloaded; the old one stays in use")
      #expect(try await client.post("/v1/filter", Signs.clean).status == 403)
      try filter(threshold: 1.9).write(toFile: gateway.filterPath, atomically: true, encoding: .utf8)
      try await gateway.wait(for: "filter reloaded", times: 2)
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      gateway.send(SIGHUP)
      try await gateway.wait(for: "filter reloaded", times: 3)
      let metrics = try await gateway.metrics()
      #expect(metrics.contains(#"sluice_reloads_total{outcome="loaded"} 3"#))
      #expect(metrics.contains(#"sluice_reloads_total{outcome="refused"} 1"#))
    }

    @Test("a changed filter that names a file which comes later is loaded once that has come")
    func reloadWithLateFile() async throws {
      let gateway = try RunningGateway(["--watch", "100ms"], filter: filter(threshold: 1.9))
      let client = WebClient(port: gateway.http)
      let labels = URL(filePath: gateway.filterPath).deletingLastPathComponent().appending(path: "labels.txt")
      try filter(threshold: 0, labels: labels.path)
        .write(toFile: gateway.filterPath, atomically: true, encoding: .utf8)
      try await gateway.wait(for: "filter not reloaded; the old one stays in use")
      #expect(try await client.post("/v1/filter", Signs.clean).status == 200)
      try Data(Repository.bytes(Repository.file("Samples/signs/labels.txt"))).write(to: labels, options: .atomic)
      try await gateway.wait(for: "filter reloaded")
      #expect(try await client.post("/v1/filter", Signs.clean).status == 403)
      let metrics = try await gateway.metrics()
      #expect(metrics.contains(#"sluice_reloads_total{outcome="loaded"} 1"#))
    }

    @Test("requests that are under way while the filter changes are all answered")
    func reloadUnderLoad() async throws {
      let gateway = try RunningGateway(["--queue", "1000", "--watch", "0s"], filter: filter(threshold: 1.9))
      let isOver = Mutex(false)
      defer { isOver.withLock { $0 = true } }
      let load = Task { [port = gateway.http] in
        var counts: [Int: Int] = [:]
        repeat {
          counts.merge(await Self.statuses(port, requests: 100), uniquingKeysWith: +)
        } while !isOver.withLock({ $0 })
        return counts
      }
      for (number, threshold) in [1.8, 1.7, 1.6].enumerated() {
        try filter(threshold: threshold).write(toFile: gateway.filterPath, atomically: true, encoding: .utf8)
        gateway.send(SIGHUP)
        try await gateway.wait(for: "filter reloaded", times: number + 1)
      }
      isOver.withLock { $0 = true }
      let counts = await load.value
      #expect(Set(counts.keys) == [200], "\(counts)")
    }

    private func filter(threshold: Double, labels: String? = nil) -> String {
      """
      version: 1
      name: signs
      preprocess: [{resize: {shorterSide: 64}}, {centerCrop: 64}]
      normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
      tensor: {layout: nchw, type: float32}
      classifier: {openvino: {model: "\(Repository.file("Samples/signs/model.onnx"))"\(labels.map { ", labels: \($0)" } ?? "")}}
      detectors: [{featureSqueezing: {squeezers: [{median: 2}], distance: l1, threshold: \(threshold)}}]
      """
    }
  }
}

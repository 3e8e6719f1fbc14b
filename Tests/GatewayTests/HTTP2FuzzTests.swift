import Foundation
import TestSupport
import Testing

extension GatewayProcesses {
  /// Frames, header fields and messages that no client means, against all three ports: none may end the process.
  @Suite struct HTTP2FuzzTests {
    private static let connections = 900

    @Test("thousands of strange calls and requests, and the gateway goes on", arguments: [1, 2])
    func strangeFrames(seed: UInt64) async throws {
      let gateway = try RunningGateway(["--deadline", "2s", "--idle", "2s"])
      var random = RepeatableRandom(seed: seed)
      var open: [RawConnection] = []
      for _ in 0..<Self.connections {
        let port = [gateway.grpc, gateway.grpc, gateway.http, gateway.operations].randomElement(using: &random)!
        let connection = try RawConnection(port: port)
        connection.send(Strange.connection(isRPC: port == gateway.grpc, &random))
        open.append(connection)
        if open.count > 60 { open.removeFirst() }
      }
      #expect(gateway.isRunning)
      #expect(try await WebClient(port: gateway.http).post("/v1/filter", Signs.clean).status == 200)
      gateway.send(SIGTERM)
      #expect(gateway.waitForEnd() == 0)
    }

    @Test(
      "a timeout that is none is refused with a status, and ends nothing",
      arguments: [
        "-1S", "+5S", "-0n", "1", "S", "1s", "1 S", "123456789S", "99999999999999999999H", "-99999999999999999999S",
        "١S",
        "1S1S", "0x1S", "1e3S", "1S,-1S", "nan",
      ])
    func timeouts(value: String) throws {
      let gateway = try SharedGateway.plain()
      for method in ["ServerLive", "ModelInfer", "Nothing"] {
        let connection = try RawConnection(port: gateway.grpc)
        connection.setTimeout(2)
        connection.send(
          HTTP2Frames.opening + HTTP2Frames.headers(1, HTTP2Frames.call(method, [("grpc-timeout", value)]))
            + HTTP2Frames.frame(.data, HTTP2Frames.endStream, 1, HTTP2Frames.message([])))
        let received = connection.receive(until: { HTTP2Frames.endedStreams($0).contains(1) })
        #expect(HTTP2Frames.fields(received).contains("grpc-status: 3"), "\(method)")
      }
      #expect(gateway.isRunning)
    }

    @Test(
      "timeouts as the protocol permits them are taken", arguments: ["1S", "00000005S", "99999999H", "99999999u", "5M"])
    func permittedTimeouts(value: String) throws {
      let gateway = try SharedGateway.plain()
      let connection = try RawConnection(port: gateway.grpc)
      connection.setTimeout(2)
      connection.send(
        HTTP2Frames.opening + HTTP2Frames.headers(1, HTTP2Frames.call("ServerLive", [("grpc-timeout", value)]))
          + HTTP2Frames.frame(.data, HTTP2Frames.endStream, 1, HTTP2Frames.message([])))
      let received = connection.receive(until: { HTTP2Frames.endedStreams($0).contains(1) })
      #expect(HTTP2Frames.endedStreams(received).contains(1))
      #expect(HTTP2Frames.fields(received).contains("grpc-status: 0"))
    }
  }
}

/// A gateway that several tests of one process use, because none of them changes it.
enum SharedGateway {
  private static let running = Result {
    let gateway = try RunningGateway(["--audit", "off"])
    // Nobody lets go of what is shared.
    atexit {
      guard let gateway = try? SharedGateway.plain() else { return }
      gateway.send(SIGTERM)
      gateway.removeFiles()
    }
    return gateway
  }

  static func plain() throws -> RunningGateway { try running.get() }
}

/// What a fuzzer sends: mostly sound, wrong in a few places.
private enum Strange {
  private static let names = [
    ":method", ":path", ":scheme", ":authority", ":status", ":protocol", ":bogus", "te", "content-type", "grpc-timeout",
    "grpc-encoding", "grpc-accept-encoding", "grpc-status", "grpc-message", "user-agent", "content-length", "x-bin",
    "grpc-status-details-bin", "authorization", "x-request-id", "traceparent", "tracestate", "host", "connection",
    "transfer-encoding", "upgrade", "expect", "accept", "cookie", "inference-header-content-length",
    "x-envoy-auth-partial-body", "Upper-Case", "", " ", "content-encoding", "range", "origin", "priority",
  ]
  private static let values: [[UInt8]] =
    [
      "", "1", "-1", "0", "\0", "\u{7f}", "%", "%zz", "%00", "é", "1S", "-1S", "99999999999999999999", "NaN", "gzip",
      "deflate", "identity", "identity,gzip,,", "trailers", "application/grpc", "application/grpc+proto", "text/plain",
      "application/json", "/", "*", "//", "/a", "/a/b/c", "/inference.GRPCInferenceService/", "/v2", "/v1/filter",
      "/v1/check?%zz", "/audit/records/%00", "http", "https", "POST", "GET", "HEAD", "CONNECT", "BREW", " ", "\t",
      "x:y",
      "====", "YQ", "YQ==", "!!!!", "YWJj,ZGVm", "bearer", "multipart/form-data; boundary=", "100-continue", "close",
      "upgrade", "chunked", "1e309", "+1", "0x10", "true", String(repeating: "a", count: 300),
    ].map { Array($0.utf8) } + [[0xFF, 0xFE], [0xED, 0xA0, 0x80], [0xC0]]
  private static let rpcMethods = ["ModelInfer", "ServerLive", "ModelReady", "ModelMetadata"]
  private static let paths = [
    "/v1/filter", "/v1/check/x", "/v2", "/v2/models/signs/infer", "/audit", "/metrics", "/livez",
  ]

  static func connection(isRPC: Bool, _ random: inout RepeatableRandom) -> [UInt8] {
    var bytes = HTTP2Frames.preface + HTTP2Frames.frame(.settings, 0, 0, settings(&random))
    var stream: UInt32 = 1
    for _ in 0..<Int.random(in: 1...6, using: &random) {
      bytes += opening(of: stream, fields(isRPC: isRPC, &random), &random)
      for _ in 0..<Int.random(in: 0...2, using: &random) {
        let flags: UInt8 = [0, 0, 1, 8].randomElement(using: &random)!
        bytes += HTTP2Frames.frame(.data, flags, stream, message(&random))
      }
      if Int.random(in: 0..<3, using: &random) == 0 { bytes += control(stream, &random) }
      stream += [2, 2, 2, 1, 4].randomElement(using: &random)!
    }
    return bytes
  }

  private static func settings(_ random: inout RepeatableRandom) -> [UInt8] {
    (0..<Int.random(in: 0...2, using: &random)).flatMap { _ -> [UInt8] in
      let value: UInt32 = [0, 1, 100, 65_535, 16_384, 1 << 31, .max].randomElement(using: &random)!
      return [0, UInt8.random(in: 1...9, using: &random)] + HTTP2Frames.bytes(value)
    }
  }

  private static func fields(isRPC: Bool, _ random: inout RepeatableRandom) -> [UInt8] {
    let base =
      isRPC
      ? HTTP2Frames.call(rpcMethods.randomElement(using: &random)!)
      : HTTP2Frames.request("POST", paths.randomElement(using: &random)!)
    var fields = base.map { (Array($0.utf8), Array($1.utf8)) }
    for _ in 0..<[0, 1, 1, 2, 4].randomElement(using: &random)! {
      let place = Int.random(in: 0..<max(1, fields.count), using: &random)
      switch Int.random(in: 0..<5, using: &random) {
      case 0 where !fields.isEmpty: fields.remove(at: place)
      case 1 where !fields.isEmpty: fields[place].1 = values.randomElement(using: &random)!
      case 2 where !fields.isEmpty: fields.insert(fields[place], at: place)
      default:
        let name = Array(names.randomElement(using: &random)!.utf8)
        fields.insert((name, values.randomElement(using: &random)!), at: min(place, fields.count))
      }
    }
    return fields.flatMap { HTTP2Frames.field($0, $1) }
  }

  private static func opening(of stream: UInt32, _ fields: [UInt8], _ random: inout RepeatableRandom) -> [UInt8] {
    let end: UInt8 = Int.random(in: 0..<4, using: &random) == 0 ? HTTP2Frames.endStream : 0
    switch Int.random(in: 0..<12, using: &random) {
    case 0:
      let cut = Int.random(in: 0...fields.count, using: &random)
      return HTTP2Frames.frame(.headers, end, stream, Array(fields[..<cut]))
        + HTTP2Frames.frame(.continuation, HTTP2Frames.endHeaders, stream, Array(fields[cut...]))
    case 1:
      let padding = UInt8.random(in: 0...255, using: &random)
      return HTTP2Frames.frame(
        .headers, end | HTTP2Frames.endHeaders | HTTP2Frames.padded, stream, [padding] + fields + [0, 0])
    default: return HTTP2Frames.frame(.headers, end | HTTP2Frames.endHeaders, stream, fields)
    }
  }

  private static func message(_ random: inout RepeatableRandom) -> [UInt8] {
    let noise = (0..<Int.random(in: 0...60, using: &random)).map { _ in UInt8.random(in: 0...255, using: &random) }
    return switch Int.random(in: 0..<7, using: &random) {
    case 0: HTTP2Frames.message([])
    case 1: [1, 0, 0, 0, 0]
    case 2: [0, 0xFF, 0xFF, 0xFF, 0xFF]
    case 3: HTTP2Frames.message(noise)
    case 4: HTTP2Frames.message([0x0A, 5] + Array("signs".utf8) + [0x2A, UInt8(noise.count)] + noise)
    case 5: [0, 0, 0]
    default: noise
    }
  }

  private static func control(_ stream: UInt32, _ random: inout RepeatableRandom) -> [UInt8] {
    let number: UInt32 = [0, 1, 8, 1 << 31 - 1, .max].randomElement(using: &random)!
    switch Int.random(in: 0..<4, using: &random) {
    case 0: return HTTP2Frames.frame(.reset, 0, stream, HTTP2Frames.bytes(number))
    case 1:
      return HTTP2Frames.frame(.windowUpdate, 0, [0, stream].randomElement(using: &random)!, HTTP2Frames.bytes(number))
    case 2: return HTTP2Frames.frame(.goAway, 0, 0, HTTP2Frames.bytes(number) + HTTP2Frames.bytes(number))
    default:
      let payload = (0..<[0, 4, 5, 8, 20].randomElement(using: &random)!).map { _ in
        UInt8.random(in: 0...255, using: &random)
      }
      return HTTP2Frames.frame(
        [2, 5, 6, 7, 10, 12, 99].randomElement(using: &random)!, .random(in: 0...255, using: &random), stream, payload)
    }
  }
}

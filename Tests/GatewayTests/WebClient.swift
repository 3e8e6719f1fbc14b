import AsyncHTTPClient
import NIOCore
import NIOSSL

/// An HTTP client as users have one, for tests.
final class WebClient: Sendable {
  struct Answer: Sendable {
    let status: Int
    let headers: [String: String]
    let body: [UInt8]
    let version: String

    var error: String { body.json["error"] as? String ?? "" }
    var code: String { body.json["code"] as? String ?? "" }
  }

  private let client: HTTPClient
  private let root: String

  init(port: Int, tls: TLSConfiguration? = nil) {
    var configuration = HTTPClient.Configuration(tlsConfiguration: tls)
    configuration.connectionPool.concurrentHTTP1ConnectionsPerHostSoftLimit = 2000
    configuration.connectionPool.retryConnectionEstablishment = false
    configuration.redirectConfiguration = .disallow
    client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: configuration)
    root = "\(tls == nil ? "http" : "https")://127.0.0.1:\(port)"
  }

  deinit { try? client.syncShutdown() }

  func get(_ path: String, _ headers: KeyValuePairs<String, String> = [:]) async throws -> Answer {
    try await send("GET", path, headers, nil)
  }

  func post(
    _ path: String, _ body: [UInt8], _ headers: KeyValuePairs<String, String> = [:]
  ) async throws -> Answer {
    try await send("POST", path, headers, body)
  }

  func send(
    _ method: String, _ path: String, _ headers: KeyValuePairs<String, String> = [:], _ body: [UInt8]?
  ) async throws -> Answer {
    var request = HTTPClientRequest(url: root + path)
    request.method = .RAW(value: method)
    for (name, value) in headers { request.headers.add(name: name, value: value) }
    request.body = body.map { .bytes(ByteBuffer(bytes: $0)) }
    let response = try await client.execute(request, timeout: .seconds(30))
    let buffer = try await response.body.collect(upTo: 100_000_000)
    let fields = response.headers.map { ($0.name.lowercased(), $0.value) }
    return Answer(
      status: Int(response.status.code), headers: Dictionary(fields) { first, _ in first },
      body: Array(buffer.readableBytesView), version: "\(response.version)")
  }
}

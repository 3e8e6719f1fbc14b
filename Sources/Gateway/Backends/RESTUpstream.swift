import AsyncHTTPClient
import Common
import NIOCore
import NIOHTTP1
import OpenInference

/// A model server over REST.
struct RESTUpstream: UpstreamClient {
  private let address: UpstreamAddress
  private let connections: RESTConnections
  /// What bodies are written on.
  private let workers: (any TaskExecutor)?
  /// The longest answer that is read, and the longest description of a server or a model.
  private static let maxBytes = 256_000_000
  private static let longestDescription = 4_000_000
  /// An answer is never more than four times its body until it is made: with the space by which that grows as it comes, or as text
  /// and tensors.
  private static let answerCopies = 4
  private static let longestError = 4096

  /// - Parameters:
  ///   - requests: how many it is asked at a time; each has a connection of its own.
  ///   - workers: what bodies are written on, which takes a while for large tensors; `nil` for the caller's executor.
  init(_ address: UpstreamAddress, requests: Int = 1, workers: (any TaskExecutor)? = nil) {
    self.address = address
    self.workers = workers
    connections = RESTConnections(requests: requests)
  }

  func listsElements(binary: Bool) -> Bool { !binary }

  func leaveConnections() { connections.leave() }

  func close() async { await connections.close() }

  func serverMetadata(_ deadline: Deadline) async throws(UpstreamTrouble) -> ServerMetadata {
    let answer = try await get("/v2", deadline)
    return try Self.read { () throws(SluiceError) in try ServerMetadata(json: answer.bytes) }
  }

  func modelMetadata(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> ModelMetadata {
    let answer = try await get("/v2/models/\(model)", deadline)
    return try Self.read { () throws(SluiceError) in try ModelMetadata(json: answer.bytes) }
  }

  func isReady(_ model: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> Bool {
    _ = try await get("/v2/models/\(model)/ready", deadline)
    return true
  }

  func infer(
    _ request: InferenceRequest, _ model: String, binary: Bool, _ identity: RequestIdentity, _ deadline: Deadline,
    _ load: UpstreamLoad
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    let body = await withTaskExecutorPreference(workers) { await Self.body(request, binary) }
    var message = HTTPClientRequest(url: "\(address)/v2/models/\(model)/infer")
    message.method = .POST
    message.headers.add(
      name: "Content-Type", value: body.jsonLength == nil ? "application/json" : "application/octet-stream")
    if let length = body.jsonLength { message.headers.add(name: "Inference-Header-Content-Length", value: "\(length)") }
    message.headers.add(name: "X-Request-Id", value: identity.id)
    if let trace = identity.traceparent { message.headers.add(name: "traceparent", value: trace) }
    if let state = identity.tracestate { message.headers.add(name: "tracestate", value: state) }
    message.body = .bytes(body.bytes)
    load.written(sentCopies * body.bytes.readableBytes)
    let answer = try await send(message, deadline, load)
    return try Self.read { () throws(SluiceError) in try InferenceResponse(answer) }
  }

  /// As it is, and encrypted.
  private var sentCopies: Int { address.scheme == .https ? 2 : 1 }

  /// The body as it is sent, so that nothing else of it is left meanwhile.
  @concurrent private static func body(
    _ request: InferenceRequest, _ binary: Bool
  ) async -> (bytes: ByteBuffer, jsonLength: Int?) {
    let body = request.body(asBinary: binary)
    return (ByteBuffer(bytes: body.bytes), body.jsonLength)
  }

  /// Asks something about the server itself: once more, where the connection breaks before the answer. The server may just have ended
  /// it because it was idle, which says nothing of the server.
  func get(_ path: String, _ deadline: Deadline) async throws(UpstreamTrouble) -> InferenceBody {
    let request = HTTPClientRequest(url: "\(address)\(path)")
    do {
      return try await exchange(request, deadline, most: Self.longestDescription)
    } catch  where UpstreamTrouble.isBrokenConnection(error) {
      return try await send(request, deadline, most: Self.longestDescription)
    } catch {
      throw UpstreamTrouble(error)
    }
  }

  /// Sends JSON.
  func post(
    _ path: String, _ body: [UInt8], _ identity: RequestIdentity, _ deadline: Deadline, _ load: UpstreamLoad
  ) async throws(UpstreamTrouble) -> InferenceBody {
    var message = HTTPClientRequest(url: "\(address)\(path)")
    message.method = .POST
    message.headers.add(name: "Content-Type", value: "application/json")
    message.headers.add(name: "X-Request-Id", value: identity.id)
    message.body = .bytes(ByteBuffer(bytes: body))
    return try await send(message, deadline, load)
  }

  private func send(
    _ request: HTTPClientRequest, _ deadline: Deadline, _ load: UpstreamLoad = UpstreamLoad(), most: Int = Self.maxBytes
  ) async throws(UpstreamTrouble) -> InferenceBody {
    do {
      return try await exchange(request, deadline, load, most: most)
    } catch {
      throw UpstreamTrouble(error)
    }
  }

  /// - Throws: `UpstreamTrouble` for an answer that is none; what the connection throws.
  private func exchange(
    _ request: HTTPClientRequest, _ deadline: Deadline, _ load: UpstreamLoad = UpstreamLoad(), most: Int
  ) async throws -> InferenceBody {
    let lot = connections.current
    defer { withExtendedLifetime(lot) {} }
    let end = NIODeadline.now() + TimeAmount(deadline.remaining)
    let response = try await lot.client.execute(request, deadline: end)
    let bytes = try await Self.body(of: response, load, most)
    guard response.status == .ok else { throw Self.trouble(response, bytes, to: name(of: request)) }
    let length = response.headers.first(name: "Inference-Header-Content-Length").flatMap { Int($0) }
    return InferenceBody(bytes: bytes, jsonLength: length)
  }

  /// The body of an answer, charged as it comes.
  ///
  /// - Throws: `failed` for a longer one, `noRoom`; what the connection throws.
  private static func body(
    of response: HTTPClientResponse, _ load: UpstreamLoad, _ most: Int
  ) async throws -> [UInt8] {
    var bytes: [UInt8] = []
    for try await part in response.body {
      guard part.readableBytes <= most - bytes.count else {
        throw UpstreamTrouble.failed("its answer is longer than \(most) bytes")
      }
      guard load.received(answerCopies * part.readableBytes) else { throw UpstreamTrouble.noRoom }
      bytes.append(contentsOf: part.readableBytesView)
    }
    return bytes
  }

  /// As in `GET /v2`.
  private func name(of request: HTTPClientRequest) -> String {
    "\(request.method.rawValue) \(request.url.dropFirst("\(address)".count))"
  }

  /// What was asked, the status, and the server's own words where it says what is wrong.
  private static func trouble(
    _ response: HTTPClientResponse, _ body: [UInt8], to request: String
  ) -> UpstreamTrouble {
    let status = response.status
    let limits = JSONValue.Limits(depth: 8, values: 1000)
    let json = body.count <= longestError ? try? JSONValue(reading: body.span, limits: limits) : nil
    var quote: String?
    if case .string(let text) = json?["error"] ?? json?["detail"] { quote = text }
    let words = UpstreamWords("\(request) gave status \(status.code)", quote: quote)
    let time = response.headers.first(name: "Retry-After").flatMap { RetryAfter($0) }
    return switch status {
    case .badRequest, .payloadTooLarge, .unprocessableEntity: .refused(words)
    case .tooManyRequests: .busy(words, time)
    case .serviceUnavailable: .unavailable(words, time)
    default: .failed(words)
    }
  }

  private static func read<Result>(
    _ work: () throws(SluiceError) -> Result
  ) throws(UpstreamTrouble) -> Result {
    do throws(SluiceError) { return try work() } catch { throw .failed(UpstreamWords(doesNotAddUp: error.message)) }
  }
}

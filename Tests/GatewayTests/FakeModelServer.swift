import Foundation
import Gateway
import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import NIOCore
import Synchronization
import TestSupport

/// A model server in this process that answers what it is told to, and remembers what it was sent.
final class FakeModelServer: Sendable {
  /// What the server does with a request for inference.
  enum Behaviour: Sendable {
    /// Gives the mean of the tensor, and everything back that is to be kept.
    case answers
    case status(Int, String)
    /// Says that it has too much to do, or serves nobody, and when to come back.
    case overload(Int, retryAfter: String?)
    /// Gives these outputs, in JSON.
    case outputs(String)
    /// Gives this JSON, as a server of another protocol.
    case body(String)
    case garbage
    /// Says nothing for a minute, or until it is told to do something else.
    case silence
  }

  struct Received: Sendable {
    var headers: [String: String]
    var body: [UInt8]
  }

  private struct State: Sendable {
    var behaviour: Behaviour
    var received: [Received] = []
    var isReady = true
    var isMute = false
    /// How often it was asked whether its model is ready.
    var looks = 0
    /// How often it has said that it is not ready.
    var refusals = 0
    var isDescribed = true
    var undescribed = 0
    var input: String
    var versions: [String] = []
  }

  private let state: Mutex<State>
  let extensions: [String]

  init(_ behaviour: Behaviour = .answers, extensions: [String] = [], input: String? = nil) {
    state = Mutex(
      State(behaviour: behaviour, input: input ?? #"{"name":"x","datatype":"FP32","shape":[-1,3,64,64]}"#))
    self.extensions = extensions
  }

  var received: [Received] { state.withLock { $0.received } }
  /// How often it was asked what its model takes, and did not say.
  var undescribed: Int { state.withLock { $0.undescribed } }

  /// How often it was asked whether its model is ready, and said each time in other words that it is not.
  var refusals: Int { state.withLock { $0.refusals } }

  /// How often it was asked whether its model is ready.
  var looks: Int { state.withLock { $0.looks } }

  func set(_ behaviour: Behaviour) { state.withLock { $0.behaviour = behaviour } }
  func set(input: String) { state.withLock { $0.input = input } }
  /// The versions of its model that it names.
  func set(versions: [String]) { state.withLock { $0.versions = versions } }
  func set(isReady: Bool) { state.withLock { $0.isReady = isReady } }
  /// Whether it holds back what it has to say of its readiness.
  func set(isMute: Bool) { state.withLock { $0.isMute = isMute } }
  func set(isDescribed: Bool) { state.withLock { $0.isDescribed = isDescribed } }

  /// Runs work with the server listening on a port.
  func serving<Result: Sendable>(_ work: @escaping @Sendable (Int) async throws -> Result) async throws -> Result {
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    let application = Application(
      responder: CallbackResponder<BasicRequestContext> { request, _ in try await self.respond(to: request) },
      server: EitherHTTPChannel.server(
        HTTP1Channel.Configuration(), http2: HTTP2ChannelConfiguration(), patience: .seconds(10)),
      configuration: ApplicationConfiguration(address: .hostname("127.0.0.1", port: 0)),
      onServerRunning: { told.yield($0.localAddress?.port ?? 0) })
    return try await withThrowingTaskGroup(of: Result?.self) { group in
      group.addTask {
        try await application.run()
        return nil
      }
      group.addTask {
        var iterator = ports.makeAsyncIterator()
        return try await work(await iterator.next() ?? 0)
      }
      defer { group.cancelAll() }
      while let result = try await group.next() {
        if let result { return result }
      }
      throw CancellationError()
    }
  }

  private func respond(to request: Request) async throws -> Response {
    let names = extensions.map { "\"\($0)\"" }.joined(separator: ",")
    switch request.uri.path {
    case "/v2": return json(#"{"name":"fake","version":"1","extensions":[\#(names)]}"#)
    case "/v2/models/signs": return description()
    case "/v2/models/signs/ready": return try await readiness()
    case "/v2/models/signs/infer", "/v1/models/signs:predict": return try await infer(request)
    case "/v1/models/signs/metadata":
      // What TensorFlow Serving says of a model whose only input this is.
      let input = state.withLock { $0.input }
      return json(
        #"{"model_spec":{"name":"signs"},"metadata":{"signature_def":{"signature_def":{"serving_default":{"inputs":{"x":\#(input)},"outputs":{}}}}}}"#
      )
    default: return json("{}", status: 404)
    }
  }

  private func readiness() async throws -> Response {
    state.withLock { $0.looks += 1 }
    try await eventually("the server speaks", every: .milliseconds(10)) { !state.withLock { $0.isMute } }
    let refusals = state.withLock { state -> Int? in
      guard !state.isReady else { return nil }
      state.refusals += 1
      return state.refusals
    }
    guard let refusals else { return json("{}") }
    return json(#"{"detail":"overloaded, request \#(refusals)"}"#, status: 503)
  }

  private func description() -> Response {
    let input = state.withLock { state -> String? in
      guard !state.isDescribed else { return state.input }
      state.undescribed += 1
      return nil
    }
    guard let input else { return json("{}", status: 503) }
    let versions = state.withLock { $0.versions }.map { "\"\($0)\"" }.joined(separator: ",")
    return json(
      #"{"name":"signs","versions":[\#(versions)],"platform":"p","inputs":[\#(input)],"outputs":[{"name":"y","datatype":"FP32","shape":[-1]}]}"#
    )
  }

  private func infer(_ request: Request) async throws -> Response {
    let buffer = try await request.body.collect(upTo: 10_000_000)
    let headers = Dictionary(request.headers.map { ($0.name.rawName.lowercased(), $0.value) }) { first, _ in first }
    let body = Array(buffer.readableBytesView)
    state.withLock { $0.received.append(Received(headers: headers, body: body)) }
    return try await answer(headers, body)
  }

  private func answer(_ headers: [String: String], _ body: [UInt8]) async throws -> Response {
    switch try await behaviour() {
    case .status(let status, let message): return json(#"{"error":"\#(message)"}"#, status: status)
    case .overload(let status, let time):
      var response = json(#"{"error":"overloaded"}"#, status: status)
      if let time { response.headers[.retryAfter] = time }
      return response
    case .outputs(let outputs): return json(#"{"model_name":"theirs","outputs":[\#(outputs)]}"#)
    case .body(let text): return json(text)
    case .garbage: return json(#"{"outputs":[{"name":"y","datatype":"FP32","shape":[5],"data":[1]}]}"#)
    case .silence: return json("{}")
    case .answers:
      let length = headers["inference-header-content-length"].flatMap { Int($0) } ?? body.count
      let asked = Array(body.prefix(length)).json
      let count = ((asked["inputs"] as? [[String: Any]])?[0]["shape"] as? [Int])?[0] ?? 0
      let data = [String](repeating: "0.5", count: count).joined(separator: ",")
      let id = (asked["id"] as? String).map { "\"\($0)\"" } ?? "null"
      return json(
        #"{"model_name":"theirs","id":\#(id),"parameters":{"kept":[1,{"a":true}]},"outputs":[{"name":"y","datatype":"FP32","shape":[\#(count)],"data":[\#(data)]}]}"#
      )
    }
  }

  /// What it is to do, once that is to say something.
  private func behaviour() async throws -> Behaviour {
    for _ in 0..<6000 {
      let behaviour = state.withLock { $0.behaviour }
      guard case .silence = behaviour else { return behaviour }
      try await Task.sleep(for: .milliseconds(10))
    }
    return .silence
  }

  private func json(_ text: String, status: Int = 200) -> Response {
    Response(
      status: .init(code: status), headers: [.contentType: "application/json"],
      body: ResponseBody(byteBuffer: ByteBuffer(string: text)))
  }
}

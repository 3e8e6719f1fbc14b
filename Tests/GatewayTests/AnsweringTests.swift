import Common
import FilterPipeline
import Foundation
import GRPCCore
import GRPCNIOTransportHTTP2Posix
import Gateway
import Logging
import OpenInferenceRPC
import TestSupport
import Testing

/// What making an answer takes, beside what is answered.
struct AnsweringTests {
  private let memory = MemoryBudget(1)
  private let gateway: InferenceGateway
  private let message: Inference_ModelInferRequest

  init() throws {
    let metrics = GatewayMetrics(version: "1")
    let folder = try TemporaryFolder()
    let path = try folder.file("filter.yaml", SureFilters.text("test"))
    let engine = try FilterEngine(workers: 2, metrics: metrics) { (files) throws(SluiceError) in
      try SureFilters.pipeline(try FilterFile(path: path, variables: [:], noting: &files))
    }
    withExtendedLifetime(folder) {}
    gateway = InferenceGateway(
      engine: engine, backend: EmbeddedBackend(engine), admission: Admission(places: 1, queue: 1), memory: memory,
      metrics: metrics,
      rules: GatewayRules(
        model: "test", modes: RouteModes(default: .enforce), failOpen: false, exposeVerdicts: false,
        allowEmptyChecks: false, maxImages: 1, deadline: .seconds(300), version: "1"),
      log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    let image = Data(try EncodedImages.png(width: 8, height: 8))
    message = .with { message in
      message.modelName = "test"
      message.inputs = [
        .with { input in
          input.name = "image"
          input.datatype = "BYTES"
          input.shape = [1]
          input.contents.bytesContents = [image]
        }
      ]
    }
  }

  /// Makes an answer while another is being made that has all the memory, and checks that it waits for it.
  private func behindAnother<Answer: Sendable>(
    _ make: @escaping @Sendable () async throws -> Answer
  ) async throws -> Answer {
    let answer: Task<Answer, any Error>
    do {
      let other = try await memory.charge(1, for: .answering)
      answer = Task { try await make() }
      try await eventually("the answer waits for memory") { memory.waiting == 1 }
      withExtendedLifetime(other) {}
    }
    return try await answer.value
  }

  @Test("an answer over REST is written once there is memory for it")
  func bodies() async throws {
    let context = RequestContext(
      identity: RequestIdentity(proposed: "x"), route: .infer, mode: .enforce, client: nil,
      deadline: Deadline(after: .seconds(300)))
    let inference = try await gateway.infer(context) { [message] () throws(SluiceError) in try .init(message) }
    let answer = try await behindAnother { [gateway] in
      try await gateway.write(inference, isRaw: { _ in true }) { () throws(SluiceError) in 7 }
    }
    #expect(answer == 7)
  }

  @Test("an answer over gRPC is made once there is memory for it")
  func messages() async throws {
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext)
    let service = InferenceService(gateway: gateway, tokens: BearerTokens([]), state: ServingState())
    let server = GRPCServer(transport: transport, services: [service])
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      defer { server.beginGracefulShutdown() }
      let port = try await transport.listeningAddress.ipv4?.port ?? 0
      let outputs = try await behindAnother { [message] in try await Self.outputs(from: port, message) }
      #expect(outputs == ["probabilities"])
    }
  }

  private static func outputs(from port: Int, _ message: Inference_ModelInferRequest) async throws -> [String] {
    let transport = try HTTP2ClientTransport.Posix(
      target: .ipv4(address: "127.0.0.1", port: port), transportSecurity: .plaintext)
    return try await withGRPCClient(transport: transport) { client in
      try await Inference_GRPCInferenceService.Client(wrapping: client).modelInfer(message).outputs.map(\.name)
    }
  }
}

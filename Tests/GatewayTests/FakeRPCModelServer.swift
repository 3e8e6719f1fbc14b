import GRPCCore
import GRPCNIOTransportHTTP2Posix
import OpenInferenceRPC
import Synchronization

/// A model server over gRPC in this process that is ready, and gives every inference one answer or ends it with one error.
struct FakeRPCModelServer: Inference_GRPCInferenceService.SimpleServiceProtocol {
  var error = RPCError(code: .unimplemented, message: "nothing to answer")
  var answer: Inference_ModelInferResponse?
  /// Whether it says nothing to an inference until its caller has gone.
  var isSilent = false
  let asked = Counter()

  /// How often it was asked for an inference.
  final class Counter: Sendable {
    private let value = Mutex(0)

    var count: Int { value.withLock { $0 } }

    func add() { value.withLock { $0 += 1 } }
  }

  /// Runs work with the server listening on a port.
  func serving<Result: Sendable>(_ work: @escaping @Sendable (Int) async throws -> Result) async throws -> Result {
    let transport = HTTP2ServerTransport.Posix(
      address: .ipv4(host: "127.0.0.1", port: 0), transportSecurity: .plaintext)
    let server = GRPCServer(transport: transport, services: [self])
    return try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask { try await server.serve() }
      defer { server.beginGracefulShutdown() }
      return try await work(try await transport.listeningAddress.ipv4?.port ?? 0)
    }
  }

  func serverLive(
    request: Inference_ServerLiveRequest, context: ServerContext
  ) async throws -> Inference_ServerLiveResponse { .with { $0.live = true } }

  func serverReady(
    request: Inference_ServerReadyRequest, context: ServerContext
  ) async throws -> Inference_ServerReadyResponse { .with { $0.ready = true } }

  func modelReady(
    request: Inference_ModelReadyRequest, context: ServerContext
  ) async throws -> Inference_ModelReadyResponse { .with { $0.ready = true } }

  func serverMetadata(
    request: Inference_ServerMetadataRequest, context: ServerContext
  ) async throws -> Inference_ServerMetadataResponse { .with { $0.name = "fake" } }

  func modelMetadata(
    request: Inference_ModelMetadataRequest, context: ServerContext
  ) async throws -> Inference_ModelMetadataResponse {
    .with { model in
      model.inputs = [
        .with { input in
          input.name = "x"
          input.datatype = "FP32"
          input.shape = [-1, 3, 64, 64]
        }
      ]
    }
  }

  func modelInfer(
    request: Inference_ModelInferRequest, context: ServerContext
  ) async throws -> Inference_ModelInferResponse {
    asked.add()
    if isSilent { try await context.cancellation.cancelled }
    guard let answer else { throw error }
    return answer
  }
}

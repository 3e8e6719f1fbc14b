import GRPCCore
import OpenInferenceRPC

/// What metrics call the methods of the service.
enum RPCRoutes {
  private typealias Method = Inference_GRPCInferenceService.Method

  private static let names: [String: String] = [
    path(Method.ServerLive.descriptor): "health", path(Method.ServerReady.descriptor): "health",
    path(Method.ModelReady.descriptor): "health", path(Method.ServerMetadata.descriptor): "metadata",
    path(Method.ModelMetadata.descriptor): "metadata", path(Method.ModelInfer.descriptor): "infer",
  ]

  private static func path(_ method: MethodDescriptor) -> String { "/\(method.fullyQualifiedMethod)" }

  /// - Parameters:
  ///   - path: as a call has it, `/inference.GRPCInferenceService/ModelInfer`.
  static func name(of path: String?) -> String { path.flatMap { names[$0] } ?? "none" }
}

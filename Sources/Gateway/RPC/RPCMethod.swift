import GRPCCore
import OpenInferenceRPC

/// The methods of the service, each with what is to be said about it.
enum RPCMethod: Sendable, Hashable, CaseIterable {
  case serverLive
  case serverReady
  case modelReady
  case serverMetadata
  case modelMetadata
  case modelInfer

  private typealias Declared = Inference_GRPCInferenceService.Method

  private static let byPath = Dictionary(uniqueKeysWithValues: allCases.map { ($0.path, $0) })

  /// - Parameters:
  ///   - path: as a call has it, `/inference.GRPCInferenceService/ModelInfer`.
  init?(path: String) {
    guard let method = Self.byPath[path] else { return nil }
    self = method
  }

  private var path: String { "/\(descriptor.fullyQualifiedMethod)" }

  var descriptor: MethodDescriptor {
    switch self {
    case .serverLive: Declared.ServerLive.descriptor
    case .serverReady: Declared.ServerReady.descriptor
    case .modelReady: Declared.ModelReady.descriptor
    case .serverMetadata: Declared.ServerMetadata.descriptor
    case .modelMetadata: Declared.ModelMetadata.descriptor
    case .modelInfer: Declared.ModelInfer.descriptor
    }
  }

  var route: RPCRoute {
    switch self {
    case .serverLive, .serverReady, .modelReady: .health
    case .serverMetadata, .modelMetadata: .metadata
    case .modelInfer: .infer
    }
  }

  var caller: RouteCaller {
    switch route {
    case .health: .anyone
    case .metadata, .infer, .unknown: .token
    }
  }
}

/// What metrics and logs call a method: the same as what answers over HTTP.
enum RPCRoute: String, Sendable, Hashable {
  case health
  case metadata
  case infer
  /// Of a path that is no method's.
  case unknown = "none"

  /// - Parameters:
  ///   - path: that of a call; `nil` for one without.
  init(path: String?) {
    self = path.flatMap { RPCMethod(path: $0) }?.route ?? .unknown
  }
}

import GRPCCore

/// A call, with what is known of it before its message has come.
struct RPCCall: Sendable {
  let method: RPCMethod
  let identity: RequestIdentity
  let deadline: Deadline
  private let metadata: Metadata
  private let peer: String

  /// - Parameters:
  ///   - longest: the time that it may take, unless its client waits for less.
  init(_ method: RPCMethod, _ metadata: Metadata, _ context: ServerContext, longest: Duration) {
    self.method = method
    self.metadata = metadata
    peer = context.remotePeer
    let timeout = metadata.text(RPCTimeout.keptField).flatMap(RPCTimeout.duration)
    deadline = Deadline(after: timeout.map { min($0, longest) } ?? longest)
    identity = RequestIdentity(
      proposed: metadata.text("x-request-id"), traceparent: metadata.text("traceparent"),
      tracestate: metadata.list("tracestate"))
  }

  var authorization: String? { metadata.text("authorization") }

  /// What the way of judging is told about it.
  ///
  /// - Parameters:
  ///   - version: of the model, as the message names it; empty for any.
  func context(_ route: JudgingRoute, of gateway: InferenceGateway, version: String) -> RequestContext {
    RequestContext(
      identity: identity, route: route, mode: gateway.rules.modes[route],
      client: gateway.client.name(address: address, authorization: authorization) {
        Array(metadata[stringValues: $0.lowercased()]).last
      },
      deadline: deadline, version: version.isEmpty ? nil : version)
  }

  /// `ipv4:127.0.0.1:50051` and `ipv6:[::1]:50051` without kind and port.
  private var address: String {
    let parts = peer.split(separator: ":", omittingEmptySubsequences: false)
    guard parts.count >= 3 else { return peer }
    return parts[1..<(parts.count - 1)].joined(separator: ":").filter { $0 != "[" && $0 != "]" }
  }
}

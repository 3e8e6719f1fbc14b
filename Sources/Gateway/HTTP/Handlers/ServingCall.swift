import Common
import FilterPipeline
import HTTPTypes
import Hummingbird
import NIOCore

/// A request of the serving port, with what its handler needs.
struct ServingCall: Sendable {
  let server: HTTPGateway
  let request: Request
  let context: HTTPContext
  /// Who sent it, as the operator wants it to be said.
  let client: String?

  init(_ server: HTTPGateway, _ request: Request, _ context: HTTPContext) {
    self.server = server
    self.request = request
    self.context = context
    client = server.gateway.client.name(
      address: context.channel.remoteAddress?.ipAddress, authorization: request.headers[.authorization]
    ) { name in HTTPField.Name(name).flatMap { request.headers[$0] } }
  }

  var gateway: InferenceGateway { server.gateway }
  var headers: HTTPFields { request.headers }
  var identity: RequestIdentity { context.identity }
  var deadline: Deadline { context.deadline }

  /// Checks that the path names the model, and a version that it has.
  ///
  /// - Throws: `Refusal` where it does not.
  func checkModel() throws(Refusal) {
    guard let model = context.parameters.get("model") else { throw .noSuchPath }
    try gateway.check(model, context.parameters.get("version"))
  }

  /// What the way of judging is told about the request.
  func context(_ route: JudgingRoute) -> RequestContext {
    RequestContext(
      identity: identity, route: route, mode: gateway.rules.modes[route], client: client, deadline: deadline,
      version: context.parameters.get("version"))
  }
}

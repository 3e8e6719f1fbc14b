import Common
import HTTPTypes
import OpenInference

/// What the server says about itself.
extension ServingCall {
  func live() -> HTTPAnswer { HTTPAnswer(json: .object(["live": .bool(true)])) }

  func ready() async -> HTTPAnswer { await ready(nil) }

  /// - Throws: `Refusal` for a model or version that is not served.
  func modelReady() async throws(Refusal) -> HTTPAnswer {
    try checkModel()
    return await ready(gateway.rules.model)
  }

  private func ready(_ model: String?) async -> HTTPAnswer {
    let isReady = await server.state.isReady(gateway)
    var answer = HTTPAnswer(json: .object(["name": model.map(JSONValue.string), "ready": .bool(isReady)]))
    if !isReady { answer.status = .serviceUnavailable }
    return answer
  }

  func serverMetadata() -> HTTPAnswer { HTTPAnswer(json: gateway.serverMetadata.json) }

  /// - Throws: `Refusal` for a model or version that is not served; `upstream-failed`, `deadline-exceeded`.
  func modelMetadata() async throws -> HTTPAnswer {
    try checkModel()
    let gateway = gateway
    return try await deadline.abandon { HTTPAnswer(json: try await gateway.modelMetadata().json) }
  }

  /// What can be asked of this port.
  func description() -> HTTPAnswer {
    let description = OpenAPI(
      title: "Sluice",
      about: "Judges images before they reach a model. An attacker who optimises against the detectors can pass them. "
        + "Verdicts leave private detectors out, with every number that rests on them.",
      version: gateway.rules.version, names: ["model": gateway.rules.model], needsToken: !server.tokens.isEmpty)
    return HTTPAnswer(json: description.description(RouteTables.serving.map(\.entry)))
  }
}

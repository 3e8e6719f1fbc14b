/// What holds for all requests.
package struct GatewayRules: Sendable {
  /// What the model is called here.
  package var model: String
  package var modes: RouteModes
  package var failOpen: Bool
  package var exposeVerdicts: Bool
  /// Whether a check lets requests without a body pass.
  package var allowEmptyChecks: Bool
  package var maxImages: Int
  package var deadline: Duration
  package var version: String

  package init(
    model: String, modes: RouteModes, failOpen: Bool, exposeVerdicts: Bool, allowEmptyChecks: Bool,
    maxImages: Int, deadline: Duration, version: String
  ) {
    self.model = model
    self.modes = modes
    self.failOpen = failOpen
    self.exposeVerdicts = exposeVerdicts
    self.allowEmptyChecks = allowEmptyChecks
    self.maxImages = maxImages
    self.deadline = deadline
    self.version = version
  }
}

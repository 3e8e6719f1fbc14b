import FilterPipeline

/// One request on its way.
package struct RequestContext: Sendable {
  let identity: RequestIdentity
  let route: JudgingRoute
  let mode: FlaggedImages
  let client: String?
  let deadline: Deadline
  /// The version of the model that must answer; `nil` for any.
  var version: String?

  /// - Parameters:
  ///   - client: who sent it, as the operator wants it to be said.
  package init(
    identity: RequestIdentity, route: JudgingRoute, mode: FlaggedImages, client: String?, deadline: Deadline,
    version: String? = nil
  ) {
    self.identity = identity
    self.route = route
    self.mode = mode
    self.client = client
    self.deadline = deadline
    self.version = version
  }
}

import FilterPipeline

/// What becomes of flagged images, by route.
package struct RouteModes: Sendable, Hashable {
  package var `default`: FlaggedImages
  package var exceptions: [JudgingRoute: FlaggedImages]

  package init(default: FlaggedImages, exceptions: [JudgingRoute: FlaggedImages] = [:]) {
    self.default = `default`
    self.exceptions = exceptions
  }

  subscript(route: JudgingRoute) -> FlaggedImages { exceptions[route] ?? `default` }

  /// Every mode in use.
  package var all: Set<FlaggedImages> { Set(JudgingRoute.allCases.map { self[$0] }) }
}

/// The ways to have images judged.
package enum JudgingRoute: String, Sendable, Hashable, CaseIterable {
  /// The Open Inference Protocol, over REST and gRPC.
  case infer
  /// TensorFlow Serving's form.
  case predict
  /// An image in, a tensor, a verdict or a picture out.
  case filter
  /// A yes or no for a proxy in front of others.
  case check
}

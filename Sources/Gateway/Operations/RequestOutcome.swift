import FilterPipeline

/// What became of a request, as metrics and the log call it.
package enum RequestOutcome: String, Sendable, CaseIterable {
  /// It was about no image.
  case answered
  /// All of its images were clean.
  case clean
  /// It was answered although one of its images was flagged, or could not be judged.
  case observed, sanitized, unjudged
  case invalid, unauthenticated, flagged, rejected, late, busy, gone, failed, upstream

  init(_ handling: Verdict.FlaggedHandling) {
    self =
      switch handling {
      case .observed: .observed
      case .sanitized: .sanitized
      case .unjudged: .unjudged
      }
  }
}

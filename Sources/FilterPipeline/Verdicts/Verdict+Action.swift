extension Verdict {
  /// What was done with an input.
  package enum Action: String, Sendable, Hashable, CaseIterable {
    case forwarded, flagged, rejected, failed
    /// Forwarded although it is not clean, and why: as in `FlaggedHandling`.
    case observed, sanitized, unjudged

    package var isForwarding: Bool {
      switch self {
      case .forwarded, .observed, .sanitized, .unjudged: true
      case .flagged, .rejected, .failed: false
      }
    }
  }

  /// What was done with the input.
  package var action: Action {
    switch handling {
    case .observed: .observed
    case .sanitized: .sanitized
    case .unjudged: .unjudged
    case nil: outcome.action
    }
  }
}

extension Verdict.Outcome {
  /// What is done with the input, unless it is forwarded all the same.
  package var action: Verdict.Action {
    switch self {
    case .clean: .forwarded
    case .adversarial: .flagged
    case .rejected: .rejected
    case .failed: .failed
    }
  }
}

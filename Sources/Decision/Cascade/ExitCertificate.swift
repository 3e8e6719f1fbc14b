extension EarlyExits {
  /// What was counted, and what follows from it with which confidence.
  ///
  /// Exits are tried from timid to bold in an order fixed beforehand, up to the last whose upper bound of lost detections
  /// keeps to the limit: Learn-then-Test with a fixed sequence (Angelopoulos et al. 2021), so that the bound holds for the one
  /// that is taken, although many were tried. It is a statement about attacks like those that were counted.
  package struct Certificate: Sendable, Hashable {
    package var terms: Terms
    /// The share of clean images that could leave at the first exit; `nil` where no exit keeps to the limit.
    package var firstQuantile: Double?
    package var attacks: [String]
    package var counts: Counts
    /// Calls of the classifier a clean image, in the time that one takes; `nil` where times were not measured.
    package var callsPerCleanImage: Double?

    package init(
      terms: Terms, firstQuantile: Double?, attacks: [String], counts: Counts, callsPerCleanImage: Double?
    ) {
      self.terms = terms
      self.firstQuantile = firstQuantile
      self.attacks = attacks
      self.counts = counts
      self.callsPerCleanImage = callsPerCleanImage
    }
  }
}

extension EarlyExits.Certificate {
  /// What it was counted for, and holds for alone.
  package struct Terms: Sendable, Hashable {
    package var budget: Double
    package var rule: DecisionRule
    /// Of the groups, by their names.
    package var shares: [String: Double]
    /// The names of witnesses that only private detectors ask.
    package var privateWitnesses: [String]
    /// Whether peers may be asked in an order that is drawn for each image.
    package var drawsOrder: Bool
    /// The largest share of detections that may be lost, and with which confidence.
    package var limit: ExitLimit

    package init(
      budget: Double, rule: DecisionRule, shares: [String: Double], privateWitnesses: [String], drawsOrder: Bool,
      limit: ExitLimit
    ) {
      self.budget = budget
      self.rule = rule
      self.shares = shares
      self.privateWitnesses = privateWitnesses
      self.drawsOrder = drawsOrder
      self.limit = limit
    }
  }

  /// How many images it rests on.
  package struct Counts: Sendable, Hashable {
    /// Adversarial images that complete evidence flags, each judged by a fit that left its attack out.
    package var detections: Int
    /// Those of them that an exit lets go; where no exit keeps to the limit, those that the most cautious ones would.
    package var losses: Int
    /// The upper Clopper-Pearson bound of losses in detections.
    package var bound: Double
    /// Clean images that leave early, and those of them that complete evidence would flag.
    package var cleanExits: Int
    package var cleanExitsFlagged: Int
    package var cleanImages: Int

    package init(
      detections: Int, losses: Int, bound: Double, cleanExits: Int, cleanExitsFlagged: Int, cleanImages: Int
    ) {
      self.detections = detections
      self.losses = losses
      self.bound = bound
      self.cleanExits = cleanExits
      self.cleanExitsFlagged = cleanExitsFlagged
      self.cleanImages = cleanImages
    }

    /// The share of clean images that leave early.
    package var cleanExitShare: Double { Double(cleanExits) / Double(max(1, cleanImages)) }
  }
}

extension EarlyExits.Certificate.Terms {
  /// How what exits were certified for differs from what a filter wants, as in "a budget of 0.1, not 0.05"; `nil` where it
  /// does not. Shares count under the rule `union` alone.
  func difference(from wanted: Self) -> String? {
    if budget != wanted.budget { return "a budget of \(budget), not \(wanted.budget)" }
    if rule != wanted.rule { return "the rule `\(rule.rawValue)`, not `\(wanted.rule.rawValue)`" }
    if rule == .union, shares != wanted.shares { return "other shares of the groups" }
    if limit != wanted.limit { return "another limit or confidence" }
    if Set(privateWitnesses) != Set(wanted.privateWitnesses) { return "other private witnesses" }
    guard drawsOrder != wanted.drawsOrder else { return nil }
    return wanted.drawsOrder
      ? "a fixed order of witnesses, and the filter has a `secret`, by which it is to be drawn"
      : "an order of witnesses that is drawn, and the filter has no `secret` to draw it by"
  }
}

extension Decision {
  /// The terms of this decision's exits.
  package func exitTerms(
    limit: ExitLimit, privateWitnesses: [String], drawsOrder: Bool
  ) -> EarlyExits.Certificate.Terms {
    .init(
      budget: budget, rule: rule, shares: Dictionary(zip(calibration.groups.map(\.name), shares)) { first, _ in first },
      privateWitnesses: privateWitnesses, drawsOrder: drawsOrder, limit: limit)
  }
}

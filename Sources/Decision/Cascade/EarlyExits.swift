import RealModule

/// Where images that look clean may leave before everything was asked, and what that was shown to lose.
package struct EarlyExits: Sendable, Hashable {
  /// A way out after some witnesses.
  package struct Exit: Sendable, Hashable {
    /// Places in the order of witnesses, ascending.
    package var asked: [Int]
    /// The share of clean images that could leave here.
    package var quantile: Double
    /// An image leaves whose openness is more than this.
    package var leastOpenness: Double

    package init(asked: [Int], quantile: Double, leastOpenness: Double) {
      self.asked = asked
      self.quantile = quantile
      self.leastOpenness = leastOpenness
    }
  }

  package var exits: [Exit]
  package var certificate: Certificate

  package init(exits: [Exit], certificate: Certificate) {
    self.exits = exits
    self.certificate = certificate
  }

  /// What was counted, and what follows from it with which confidence.
  ///
  /// Exits are tried from timid to bold in an order fixed beforehand, up to the last whose upper bound of lost detections
  /// keeps to the limit: Learn-then-Test with a fixed sequence (Angelopoulos et al. 2021), so that the bound holds for the one
  /// that is taken, although many were tried. It is a statement about attacks like those that were counted.
  package struct Certificate: Sendable, Hashable {
    /// What it was counted for, and holds for alone.
    package var budget: Double
    package var rule: DecisionRule
    package var shares: [String: Double]
    package var privateWitnesses: [String]
    /// Whether peers may be asked in an order that is drawn for each image.
    package var drawsOrder: Bool
    /// The largest share of detections that may be lost, and with which confidence.
    package var limit: ExitLimit
    /// The share of clean images that could leave at the first exit; `nil` where no exit keeps to the limit.
    package var firstQuantile: Double?
    package var attacks: [String]
    /// Adversarial images that complete evidence flags, each judged by a fit that left its attack out.
    package var detections: Int
    /// Those of them that an exit lets go.
    package var losses: Int
    /// The upper Clopper-Pearson bound of losses in detections.
    package var bound: Double
    /// Clean images that leave early, and those of them that complete evidence would flag.
    package var cleanExits: Int
    package var cleanExitsFlagged: Int
    package var cleanImages: Int
    /// Calls of the classifier a clean image, in the time that one takes; `nil` where times were not measured.
    package var callsPerCleanImage: Double?

    package init(
      budget: Double, rule: DecisionRule, shares: [String: Double], privateWitnesses: [String], drawsOrder: Bool,
      limit: ExitLimit, firstQuantile: Double?, attacks: [String], detections: Int, losses: Int, bound: Double,
      cleanExits: Int, cleanExitsFlagged: Int, cleanImages: Int, callsPerCleanImage: Double?
    ) {
      self.budget = budget
      self.rule = rule
      self.shares = shares
      self.privateWitnesses = privateWitnesses
      self.drawsOrder = drawsOrder
      self.limit = limit
      self.firstQuantile = firstQuantile
      self.attacks = attacks
      self.detections = detections
      self.losses = losses
      self.bound = bound
      self.cleanExits = cleanExits
      self.cleanExitsFlagged = cleanExitsFlagged
      self.cleanImages = cleanImages
      self.callsPerCleanImage = callsPerCleanImage
    }
  }
}

/// How many detections early exits may cost.
package struct ExitLimit: Sendable, Hashable {
  /// The largest share of detections that exits may lose.
  package var lostDetections: Double
  /// How sure that is to hold.
  package var confidence: Double

  package static let lostDetectionsRange = 0.001...0.5
  package static let confidenceRange = 0.5...0.999

  package init(lostDetections: Double = 0.01, confidence: Double = 0.95) {
    self.lostDetections = lostDetections
    self.confidence = confidence
  }

  /// How many detections are needed for the bound to keep to the limit where none is lost: 299 for 1 %, 59 for 5 %.
  package var detectionsNeeded: Int {
    Int((Double.log(1 - confidence) / Double.log(1 - lostDetections)).rounded(.up))
  }
}

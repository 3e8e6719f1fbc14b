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

import Decision
import Detectors
import FilterPipeline

/// How far the filter itself would go with an image that was judged completely, in the order of witnesses that it would draw.
package struct FilterWay: Sendable {
  private let decision: Decision
  private let classifier: [String]
  /// Witnesses that only detectors with a threshold of their own ask, behind those of the calibration.
  private let others: [String]
  /// The detectors with a threshold of their own, and the witnesses that each waits for; `nil` for what looks at no prediction.
  private let fixed: [(name: String, witnesses: [String]?)]

  package init(_ decision: Decision, _ definition: FilterDefinition) {
    fixed = definition.detectors.filter { $0.threshold != nil }.map { definition in
      (name: definition.name, witnesses: definition.detector.predictionDetector.map(PredictionEvidence.witnesses))
    }
    let calibrated = decision.calibration.witnesses.names
    var others: [String] = []
    for name in fixed.flatMap({ $0.witnesses ?? [] }) where !(calibrated + others).contains(name) {
      others.append(name)
    }
    self.others = others
    self.decision = decision
    classifier = definition.classifier == nil ? [] : [Verdict.Asked.classifier]
  }

  /// Where the way ends: after which calls of models, and how; `nil` where everything is asked.
  ///
  /// A detector with a threshold of its own flags as soon as it has spoken, and no exit is taken before all of them have.
  ///
  /// - Parameters:
  ///   - draw: what the order of witnesses is drawn by for this image; `nil` in a filter without a secret.
  ///   - attack: the adversarial images that the fit must not have seen.
  /// - Complexity: O(witnesses · detectors · log of the scores kept).
  package func end(
    of image: ScoredImage, in verdict: Verdict, drawing draw: UInt64? = nil, leavingOut attack: String? = nil
  ) -> (calls: ArraySlice<String>, ending: Decision.EarlyEnding?) {
    let order = order(drawing: draw)
    let names = decision.calibration.witnesses.names
    let calls = classifier + order.map { names[$0] } + others
    let spokenAfter = spokenAfter(calls)
    let fixed = verdict.detectors.filter { $0.threshold != nil }
    let flagged = fixed.filter(\.isFlagged).compactMap { spokenAfter[$0.name] }.min()
    let allSpoken = fixed.compactMap { spokenAfter[$0.name] }.max() ?? 0
    for count in calls.indices {
      if let flagged, flagged <= count { return (calls[..<count], .flagged) }
      let ending = calibratedEnding(image, after: count, in: order, leavingOut: attack)
      guard let ending else { continue }
      if ending == .flagged || count >= allSpoken { return (calls[..<count], ending) }
    }
    return (calls[...], nil)
  }

  /// Places of the calibration's witnesses as they are asked. Without exits that were certified for every order, it is fixed.
  private func order(drawing draw: UInt64?) -> [Int] {
    let isDrawn = decision.calibration.exits?.certificate.terms.drawsOrder == true
    return decision.calibration.witnesses.order(drawing: isDrawn ? draw : nil)
  }

  /// After how many calls each detector with a threshold of its own has spoken.
  private func spokenAfter(_ calls: [String]) -> [String: Int] {
    Dictionary(
      fixed.map { name, witnesses in
        // What looks at predictions waits for the classifier at least, and everything else for nothing.
        let last = witnesses.map { asked in asked.compactMap(calls.lastIndex(of:)).max() ?? 0 }
        return (name, last.map { $0 + 1 } ?? 0)
      }, uniquingKeysWith: max)
  }

  /// What the detectors of the calibration say after so many calls.
  private func calibratedEnding(
    _ image: ScoredImage, after count: Int, in order: [Int], leavingOut attack: String?
  ) -> Decision.EarlyEnding? {
    var circumstances = image.circumstances
    guard count > 0 else {
      // Before the classifier is asked nobody knows how sure it is, and nothing may leave.
      circumstances.confidence = nil
      return decision.ending(image.scores, circumstances, asked: [], exits: [], leavingOut: attack)
    }
    return decision.ending(
      image.scores, circumstances, asked: Array(order.prefix(count - 1)), leavingOut: attack)
  }
}

import Decision
import Detectors
import FilterPipeline

/// How far the filter itself would go with an image that was judged completely, in the order of witnesses as it stands.
package struct FilterWay: Sendable {
  private let decision: Decision
  /// The calls of models in order: the classifier, the witnesses of the calibration, and those that only detectors with a
  /// threshold of their own ask.
  private let calls: [String]
  /// After how many calls each detector with a threshold of its own has spoken.
  private let spokenAfter: [String: Int]

  package init(_ decision: Decision, _ definition: FilterDefinition) {
    let fixed = definition.detectors.filter { $0.threshold != nil }.map { definition in
      (definition.name, definition.detector.predictionDetector.map(PredictionEvidence.witnesses))
    }
    var witnesses = decision.calibration.witnesses.names
    for name in fixed.flatMap({ $0.1 ?? [] }) where !witnesses.contains(name) { witnesses.append(name) }
    let calls = (definition.classifier == nil ? [] : [Verdict.Asked.classifier]) + witnesses
    self.decision = decision
    self.calls = calls
    spokenAfter = Dictionary(
      fixed.map { name, asked in
        // What looks at predictions waits for the classifier at least, and everything else for nothing.
        let last = asked.map { asked in asked.compactMap(calls.lastIndex(of:)).max() ?? 0 }
        return (name, last.map { $0 + 1 } ?? 0)
      }, uniquingKeysWith: max)
  }

  /// Where the way ends: after which calls of models, and how; `nil` where everything is asked.
  ///
  /// A detector with a threshold of its own flags as soon as it has spoken, and no exit is taken before all of them have.
  ///
  /// - Parameters:
  ///   - attack: the adversarial images that the fit must not have seen.
  /// - Complexity: O(witnesses · detectors · log of the scores kept).
  package func end(
    of image: ScoredImage, in verdict: Verdict, leavingOut attack: String? = nil
  ) -> (calls: ArraySlice<String>, ending: Decision.EarlyEnding?) {
    let fixed = verdict.detectors.filter { $0.threshold != nil }
    let flagged = fixed.filter(\.isFlagged).compactMap { spokenAfter[$0.name] }.min()
    let allSpoken = fixed.compactMap { spokenAfter[$0.name] }.max() ?? 0
    for count in calls.indices {
      if let flagged, flagged <= count { return (calls[..<count], .flagged) }
      guard let ending = calibratedEnding(image, after: count, leavingOut: attack) else { continue }
      if ending == .flagged || count >= allSpoken { return (calls[..<count], ending) }
    }
    return (calls[...], nil)
  }

  /// What the detectors of the calibration say after so many calls.
  private func calibratedEnding(
    _ image: ScoredImage, after count: Int, leavingOut attack: String?
  ) -> Decision.EarlyEnding? {
    var circumstances = image.circumstances
    guard count > 0 else {
      // Before the classifier is asked nobody knows how sure it is, and nothing may leave.
      circumstances.confidence = nil
      return decision.ending(image.scores, circumstances, asked: [], exits: [], leavingOut: attack)
    }
    let known = min(count - 1, decision.calibration.witnesses.witnesses.count)
    return decision.ending(image.scores, circumstances, asked: Array(0..<known), leavingOut: attack)
  }
}

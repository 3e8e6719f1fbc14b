import Common
import Decision
import Detectors

extension Verdict {
  /// The outcome in a sentence for people.
  package var reason: String {
    switch outcome {
    case .clean: reasonForClean
    case .adversarial: reasonForFlag
    case .rejected, .failed: error?.description ?? outcome.action.rawValue
    }
  }

  private var reasonForClean: String {
    if let comparison = comparison("is above") { return comparison }
    return detectors.isEmpty ? "no detector was asked" : "no detector's score is above its threshold"
  }

  /// What all evidence together says, and then each detector that flags by itself.
  private var reasonForFlag: String {
    let together = decision?.isFlagged == true ? comparison("is within") : nil
    let flagging = detectors.filter(\.isFlagged).map { "\($0.name): \($0.score.sentence)" }
    return ([together].compactMap(\.self) + flagging).joined(separator: "; ")
  }

  private func comparison(_ relation: String) -> String? {
    decision.map {
      "the p-value \(JSONValue.number($0.pValue.value).text) \(relation) the budget of \(JSONValue.number($0.budget).text)"
    }
  }
}

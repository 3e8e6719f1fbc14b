import Calibration
import Common
import Decision

/// A calibration in a few lines for people.
struct CalibrationReport {
  private let decision: Decision
  private let flags: FixedFlags
  private let answeredRightly: AnsweredRightly
  private let suggestions: [DetectorAblation.Suggestion]
  /// Adversarial images that occur under several attacks, less one for each.
  private let repeated: Int
  private let path: String

  private var calibration: Calibration { decision.calibration }

  init(
    _ decision: Decision, _ flags: FixedFlags, _ answeredRightly: AnsweredRightly,
    _ suggestions: [DetectorAblation.Suggestion], repeated: Int, path: String
  ) {
    self.decision = decision
    self.flags = flags
    self.answeredRightly = answeredRightly
    self.suggestions = suggestions
    self.repeated = repeated
    self.path = path
  }

  var text: String {
    let lines = [heading, reach] + neighbourhoods + fixed + weights + attacks + exits + advice
    return lines.map(\.printable).joined(separator: "\n") + "\n"
  }

  /// How far down p-values go: no budget below can be spent.
  private var reach: String {
    let photographs = calibration.images.kinds[ScoredImage.original] ?? 0
    let scores = calibration.images.count
    let least = decision.smallestShare.share
    // Changed versions count as scores, and not as photographs.
    let budget = max(1 / (Double(scores + 1) * least), 1 / Double(photographs + 1))
    let spenders =
      switch decision.rule {
      case .union: "all groups"
      case .shared: "all detectors"
      case .fused: "the filter"
      }
    let text = "P-values go down to 1 in \(scores + 1); \(spenders) can spend budgets of \(rounded(budget)) and more."
    return photographs == scores
      ? text : text + " Below 1 in \(photographs + 1) they rest on changed versions of the same \(photographs) images."
  }

  private var neighbourhoods: [String] {
    guard calibration.lacksNeighbourhoods else { return [] }
    return [
      "With so few photographs, a prediction is compared with all of them. With "
        + "\(Calibration.photographsForNeighbourhoods), it is compared with those of which the classifier is equally sure."
    ]
  }

  /// What is flagged beside the budget, because its thresholds are no part of it.
  private var fixed: [String] {
    flags.rows.isEmpty ? [] : [""] + flags.rows.map { $0.text(of: flags.photographs) }
  }

  private var advice: [String] { suggestions.isEmpty ? [] : [""] + suggestions.map(\.text) }

  private var heading: String {
    let kinds = calibration.images.kinds.sorted { $0.key < $1.key }.map { "\($0.value) \($0.key)" }
    return "\(path): \(calibration.images.count) clean scores (\(kinds.joined(separator: ", "))), "
      + "for a false positive rate of \(rounded(calibration.falsePositiveRate))"
  }

  private var weights: [String] {
    let origin =
      isFitted
      ? "weights fitted on \(calibration.attacks.count) attacks" : "weights of the filter file, from clean images alone"
    let width = calibration.detectors.map(\.name.count).max() ?? 0
    func rows(_ members: [Int], _ weights: [Double]) -> [String] {
      zip(members, weights).map { member, weight in
        "  \(padded(calibration.detectors[member].name, width))  \(JSONValue.number(weight, decimals: 3).text)"
      }
    }
    let everyone = Array(calibration.detectors.indices)
    switch decision.rule {
    case .shared: return ["", "shares of the budget"] + rows(everyone, detectorShares)
    case .fused: return ["", origin] + rows(everyone, calibration.fused.weights)
    case .union:
      return ["", origin]
        + zip(calibration.groups, decision.shares).flatMap { group, share in
          ["\(group.name), \(rounded(share)) of the budget"] + rows(group.members, group.score.weights)
        }
    }
  }

  /// What each detector has of the budget where they share it: as the weights of the filter file say.
  private var detectorShares: [Double] {
    let weights = calibration.detectors.map(\.weight)
    let total = weights.reduce(0, +)
    return weights.map { total > 0 ? $0 / total : 0 }
  }

  /// Whether it decides by weights that saw attacks. Detectors that share the budget have no use for them.
  private var isFitted: Bool { calibration.fused.origin == .fitted && decision.rule != .shared }

  private var exits: [String] {
    guard let exits = calibration.exits else { return [] }
    let certificate = exits.certificate
    let counts = certificate.counts
    if let reason = certificate.reasonForNone { return ["", "no early exits: \(reason)"] + repeats }
    var lines = ["", "early exits"]
    lines += exits.exits.map { exit in
      let asked = exit.asked.map { calibration.witnesses.names[$0] }.joined(separator: ", ")
      return "  after \(asked): up to \(Self.percent(exit.quantile)) % of clean images"
    }
    lines.append(
      "  of \(counts.detections) detections \(counts.losses) are lost, at most \(Self.percent(counts.bound)) % "
        + "with \(Self.percent(certificate.terms.limit.confidence)) % confidence, for attacks like these; "
        + "\(Self.percent(counts.cleanExitShare)) % of clean images leave early"
    )
    if let calls = certificate.callsPerCleanImage {
      lines.append("  a clean image takes the time of \(rounded(calls)) calls of the classifier")
    }
    return lines + repeats
  }

  private var repeats: [String] {
    repeated == 0
      ? [] : ["  \(repeated) adversarial images are copies under other attacks: each image counts once for early exits"]
  }

  private static func percent(_ share: Double) -> Double { (share * 10_000).rounded() / 100 }

  private var attacks: [String] {
    guard !calibration.attacks.isEmpty else { return [] }
    let width = calibration.attacks.map(\.name.count).max() ?? 0
    return ["", isFitted ? "flagged by a fit that did not see the attack" : "flagged"]
      + calibration.attacks.map { attack in
        "  \(padded(attack.name, width))  \(attack.flaggedUnseen) of \(attack.sample.count)"
      } + answeredRightly.lines + ["An attacker who optimises against these detectors can pass them."]
  }
}

extension EarlyExits.Certificate {
  /// Why no image may leave early; `nil` where some may.
  var reasonForNone: String? {
    guard firstQuantile == nil else { return nil }
    let needed = terms.limit.detectionsNeeded
    let share = Self.percent(terms.limit.lostDetections)
    return counts.detections < needed
      ? "\(counts.detections) adversarial images are flagged and not known to be answered rightly, and \(needed) are needed "
        + "to say that \(share) are lost at most"
      : "of \(counts.detections) detections the most cautious exit loses \(counts.losses), which may be up to "
        + "\(Self.percent(counts.bound)); the limit is \(share)"
  }

  private static func percent(_ share: Double) -> String { JSONValue.number(share * 100, decimals: 2).text + " %" }
}

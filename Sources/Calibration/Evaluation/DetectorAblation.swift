import Decision

/// Looks for detectors that a decision would be better off without, or that drown in it.
///
/// A sum of evidence is diluted by witnesses that see nothing: a chroma statistic that alone saw nearly all of an attack
/// saw a third of it once squeezers that are blind to it were added. So each detector is left out in turn, and each is
/// tried alone, at thresholds that flag the same share of the clean images.
package struct DetectorAblation {
  /// A change to the filter that would see more.
  package struct Suggestion: Sendable, Hashable {
    package enum Action: Sendable, Hashable {
      case leaveOut
      /// It alone sees more of this attack than all together.
      case ownGroup(attack: String)
    }

    package var detector: String
    package var change: Action
    /// By which the filter decides: groups are something under `union` alone.
    package var rule: DecisionRule
    /// Shares of the attacks' images that are flagged, before and after.
    package var before: Rate
    package var after: Rate
  }

  private let calibration: Calibration
  /// What decides, by the attack that a fit left out; under `nil` that of the fit on everything.
  private let arrangements: [String?: [Part]]
  private let rule: DecisionRule
  private let budget: Double
  private let clean: [[Double]]
  private let attacks: [(name: String, images: [Subject])]

  /// An adversarial image, which is judged by the fit that left its attack out.
  private struct Subject {
    var evidence: [Double]
    var leftOut: String?
  }

  /// A sum of evidence, and its share of the budget.
  private struct Part {
    var weights: [Double]
    var share: Double
  }

  /// Below this, a difference is not worth a change.
  private static let least = 0.02
  /// How much more of an attack a detector alone must see.
  private static let drowned = 0.2
  private static let significance = 0.01

  /// - Parameters:
  ///   - clean, adversarial: images with scores of the calibration's detectors.
  package init(
    _ decision: Decision, clean: [ScoredImage], adversarial: [ScoredImage]
  ) {
    let calibration = decision.calibration
    self.calibration = calibration
    rule = decision.rule
    budget = decision.budget
    let fits: [String?] = [nil] + calibration.heldOut.keys.map(Optional.init)
    arrangements = Dictionary(
      uniqueKeysWithValues: fits.map { ($0, Self.arrangement(of: decision, leavingOut: $0)) })
    func evidence(_ image: ScoredImage) -> [Double] {
      zip(calibration.detectors, image.scores).map { $0.byConfidence.evidence(of: $1, at: image.confidence) }
    }
    self.clean = clean.map(evidence)
    attacks = Dictionary(grouping: adversarial) { $0.attack ?? "" }.sorted { $0.key < $1.key }
      .map { name, images in
        let subjects = images.map { image in
          let attack = calibration.attack(of: image.digest, named: image.attack)
          return Subject(
            evidence: evidence(image), leftOut: attack.flatMap { calibration.heldOut[$0] == nil ? nil : $0 })
        }
        return (name: name, images: subjects)
      }
  }

  private static func arrangement(of decision: Decision, leavingOut attack: String?) -> [Part] {
    let calibration = decision.calibration
    let heldOut = attack.flatMap { calibration.heldOut[$0] }
    let count = calibration.detectors.count
    func only(_ members: [Int], _ weights: [Double]) -> [Double] {
      var all = [Double](repeating: 0, count: count)
      for (member, weight) in zip(members, weights) { all[member] = weight }
      return all
    }
    switch decision.rule {
    case .fused: return [Part(weights: (heldOut?.fused ?? calibration.fused).weights, share: 1)]
    case .union:
      return calibration.groups.indices.map { index in
        let group = calibration.groups[index]
        let score = heldOut?.groups[index] ?? group.score
        return Part(weights: only(group.members, score.weights), share: decision.shares[index])
      }
    case .shared:
      return calibration.detectors.indices.map {
        Part(weights: only([$0], [1]), share: calibration.detectors[$0].weight)
      }
    }
  }

  /// Detectors whose absence would see more of the attacks, and detectors that alone see far more of one attack than
  /// all together; the most rewarding first. Empty where there are too few clean images to compare at the budget.
  ///
  /// - Complexity: O(detectors² · attacks · images).
  package var suggestions: [Suggestion] {
    guard Double(clean.count) * budget >= 1, !attacks.isEmpty else { return [] }
    let used = calibration.detectors.indices.filter { index in
      arrangements[nil]?.contains { $0.weights[index] > 0 } == true
    }
    guard used.count > 1 else { return [] }
    let together = flagged(budget: budget) { $0 }
    let found = used.flatMap { leavingOut($0, together) + alone($0, together) }
    return found.sorted { $0.after.value - $0.before.value > $1.after.value - $1.before.value }
  }

  private func leavingOut(_ detector: Int, _ together: [[Bool]]) -> [Suggestion] {
    let after = flagged(budget: budget) { arrangement in
      var parts = arrangement
      for index in parts.indices { parts[index].weights[detector] = 0 }
      return parts
    }.flatMap(\.self)
    return suggestion(.leaveOut, detector, before: together.flatMap(\.self), after: after, Self.least)
  }

  private func alone(_ detector: Int, _ together: [[Bool]]) -> [Suggestion] {
    var weights = [Double](repeating: 0, count: calibration.detectors.count)
    weights[detector] = 1
    // With half of the budget, as a group of its own would leave the others theirs.
    let after = flagged(budget: budget / 2) { _ in [Part(weights: weights, share: 1)] }
    return attacks.indices.flatMap { attack in
      suggestion(
        .ownGroup(attack: attacks[attack].name), detector, before: together[attack], after: after[attack],
        Self.drowned)
    }
  }

  private func suggestion(
    _ change: Suggestion.Action, _ detector: Int, before: [Bool], after: [Bool], _ least: Double
  ) -> [Suggestion] {
    let comparison = PairedComparison(zip(after, before).map { (new: $0, old: $1) })
    guard comparison.difference >= least, comparison.pValue < Self.significance else { return [] }
    return [
      Suggestion(
        detector: calibration.detectors[detector].name, change: change, rule: rule,
        before: Rate(count: before.count { $0 }, of: before.count),
        after: Rate(count: after.count { $0 }, of: after.count))
    ]
  }

  /// For each attack and image, whether it exceeds what the budget's share of the clean images reach, by its fit after a change.
  private func flagged(budget: Double, by change: ([Part]) -> [Part]) -> [[Bool]] {
    let needed = Set(attacks.flatMap { $0.images.map(\.leftOut) })
    let judges = arrangements.filter { needed.contains($0.key) }.mapValues { judge(change($0), budget: budget) }
    return attacks.map { attack in attack.images.map { judges[$0.leftOut]?($0.evidence) ?? false } }
  }

  private func judge(_ parts: [Part], budget: Double) -> ([Double]) -> Bool {
    let live = parts.filter { part in part.share > 0 && part.weights.contains { $0 > 0 } }
    let sums = live.map { part in clean.map { Self.sum($0, part.weights) }.sorted() }
    func spent(_ evidence: [Double]) -> Double {
      zip(live, sums).map { part, sums in
        let least = Self.sum(evidence, part.weights)
        return Double(1 + sums.count - sums.firstPlace(notBelow: least)) / part.share
      }.min() ?? .infinity
    }
    let allowed = Int(Double(clean.count) * budget)
    // Ties at the threshold are not flagged: as a p-value would have it.
    let threshold = clean.map(spent).sorted()[min(allowed, clean.count - 1)]
    return { spent($0) < threshold }
  }

  private static func sum(_ evidence: [Double], _ weights: [Double]) -> Double {
    zip(evidence, weights).reduce(0) { $0 + $1.0 * $1.1 }
  }
}

extension [Double] {
  /// The first place in a sorted array whose element is not below the value.
  fileprivate func firstPlace(notBelow value: Double) -> Int {
    var (low, high) = (0, count)
    while low < high {
      let middle = (low + high) / 2
      if self[middle] < value { low = middle + 1 } else { high = middle }
    }
    return low
  }
}

extension DetectorAblation.Suggestion {
  /// What to change, in a sentence.
  package var text: String {
    let rates = "\(Figures.rate(after.value)) instead of \(Figures.rate(before.value))"
    switch change {
    case .leaveOut:
      let otherwise = rule == .union ? ", or give it a `group` of its own" : ""
      return "Without `\(detector)` the filter would flag \(rates) of these attacks: leave it out\(otherwise)."
    case .ownGroup(let attack):
      let first = rule == .union ? "" : "use `rule: union` and "
      return
        "`\(detector)` alone, with half of the budget, would flag \(rates) of \(attack): \(first)give it a `group` of its own."
    }
  }
}

import AuditLog
import Common
import FilterPipeline

/// Why a record's image was flagged or let pass, in words: how rare it is among clean images, what was decisive, and what the
/// classifier sees otherwise.
///
/// Written from the record alone; where an older record knows less, less is said.
package struct Explanation: Sendable {
  private let said: RecordedVerdict
  private let names: ClassNames
  private let decisive: [RecordedDetector]

  private static let maxNamed = 2

  /// - Parameters:
  ///   - said: the record.
  ///   - names: what its classes are called.
  package init(_ said: RecordedVerdict, _ names: ClassNames) {
    self.said = said
    self.names = names
    decisive = DecisiveDetectors(said).all
  }

  package init(_ said: RecordedVerdict) { self.init(said, ClassNames(said)) }

  /// Empty for what was never judged, about which its error says everything.
  package var text: String { sentences.joined(separator: " ") }

  private var sentences: [String] {
    switch said.outcome {
    case .adversarial: flagged + [otherwise].compactMap(\.self)
    case .clean: [passed, otherwise].compactMap(\.self)
    case .rejected, .failed, nil: []
    }
  }

  // MARK: - How rare it is

  private var images: Int? { said.comparison?.images }

  /// Whether the scores were added up.
  private var isFused: Bool {
    guard said.groups.isEmpty else { return false }
    return said.comparison?.fusedScore != nil || said.detectors.contains { $0.contribution != nil }
  }

  /// How rare the image is, all scores together; `nil` where the record has no p-value.
  private var together: String? {
    guard let rarity = Rarity(said.pValue, images: images) else { return nil }
    let limit = said.budget.map { "; up to \(Wording.percent($0)) of them may be flagged" } ?? ""
    // Where detectors share the budget, their p-values were divided by their shares, and count no images.
    guard isFused else { return "\(rarity.frequency) looked as unusual\(limit)" }
    return switch rarity.words {
    case .above(let others): "its scores add up to more than those of \(others)\(limit)"
    case .reached(let others): "its scores add up to what \(others) reached\(limit)"
    }
  }

  /// How rare the scores of the group are that speaks most against the image; `nil` where no group's are known.
  private func rarity(among groups: [RecordedGroup]) -> String? {
    let known = groups.filter { $0.spent != nil }
    guard let group = known.min(by: { $0.spent ?? 1 < $1.spent ?? 1 }),
      let rarity = Rarity(group.pValue, images: images)
    else { return nil }
    let limit =
      said.budget.flatMap { budget in group.share.map { budget * $0 } }
      .map { "; it may flag up to \(Wording.percent($0)) of them" } ?? ""
    let subject = "the scores of the group \(group.name ?? "") add up to"
    return switch rarity.words {
    case .above(let others): "\(subject) more than those of \(others)\(limit)"
    case .reached(let others): "\(subject) what \(others) reached\(limit)"
    }
  }

  private var isWithinBudget: Bool {
    guard let pValue = said.pValue, let budget = said.budget else { return false }
    return pValue <= budget
  }

  private var passed: String {
    if let rare = said.groups.isEmpty ? together : rarity(among: said.groups) ?? together {
      return "Let pass: \(rare)."
    }
    if said.isWithheld { return "Let pass: no detector flagged it." }
    return said.detectors.isEmpty ? "Let pass: no detector looked at it." : "Let pass: no score is above its threshold."
  }

  // MARK: - What was decisive

  private var flagged: [String] {
    let rarity = rarityOfFlag
    guard !decisive.isEmpty else { return ["Flagged: \(rarity ?? "the record does not say by which detector")."] }
    let named = Array(decisive.prefix(Self.maxNamed))
    let lead = rarity == nil ? "Flagged by" : named.count == 1 ? "Decisive was" : "Decisive were"
    let more = decisive.count - named.count
    let rest = more == 0 ? "" : more == 1 ? "; 1 more agrees" : "; \(more) more agree"
    return (rarity.map { ["Flagged: \($0)."] } ?? []) + ["\(lead) \(described(named))\(rest)."] + seen(named)
  }

  /// How rare what flagged is among clean images; `nil` where the decisive detectors say that better.
  private var rarityOfFlag: String? {
    if let rare = rarity(among: said.flaggedGroups) { return rare }
    // A fixed threshold flags whatever all scores together say.
    return isFused && isWithinBudget || decisive.isEmpty ? together : nil
  }

  /// `mirror (higher than 1190 of 1195 clean images) and shift (higher than all 1195 clean images)`
  private func described(_ detectors: [RecordedDetector]) -> String {
    let measures = detectors.map(measure)
    if detectors.count > 1, let first = measures[0], measures.allSatisfy({ $0 == first }) {
      return "\(Wording.list(detectors.map { $0.name ?? "" })) (\(first))"
    }
    return Wording.list(
      zip(detectors, measures).map { detector, measure in
        measure.map { "\(detector.name ?? "") (\($0))" } ?? detector.name ?? ""
      })
  }

  private func measure(of detector: RecordedDetector) -> String? {
    if let threshold = detector.threshold, let score = detector.score {
      return "\(Wording.number(score)) is above the threshold of \(Wording.number(threshold))"
    }
    return Rarity(detector.pValue, images: images).map { rarity in
      switch rarity.words {
      case .above(let others): "higher than \(others)"
      case .reached(let others): "\(others) scored as high"
      }
    }
  }

  /// In the detectors' own words, where they compared no versions, of which the last sentence speaks.
  private func seen(_ detectors: some Sequence<RecordedDetector>) -> [String] {
    var told: Set<String> = []
    return detectors.compactMap { detector in
      guard let seen = detector.seen, detector.versions.isEmpty, !seen.isEmpty, told.insert(seen).inserted else {
        return nil
      }
      return "\(detector.name ?? ""): \(names.spelledOut(seen))."
    }
  }

  // MARK: - What the classifier sees

  private var otherwise: String? {
    guard let prediction = said.prediction else { return nil }
    let seen = "The classifier sees \(described(prediction))"
    guard said.outcome == .adversarial, let version = tellingVersion else { return seen + "." }
    let squeezer = version.squeezer ?? ""
    if said.isChanged(version) { return "\(seen); after \(squeezer), \(described(version.prediction))." }
    return seen + (version.probability.map { "; after \(squeezer) too, with \(Wording.percent($0))." } ?? ".")
  }

  private func described(_ prediction: RecordedPrediction) -> String {
    names.name(in: prediction) + (prediction.probability.map { " with \(Wording.percent($0))" } ?? "")
  }

  /// The version that tells most: of another class, compared by a decisive detector, and far from the image.
  private var tellingVersion: RecordedVersion? {
    let versions = decisive.flatMap(\.versions)
    return versions.first(where: said.isChanged) ?? said.detectors.flatMap(\.versions).first(where: said.isChanged)
      ?? decisive.lazy.compactMap { $0.versions.max { $0.distance ?? 0 < $1.distance ?? 0 } }.first
  }
}

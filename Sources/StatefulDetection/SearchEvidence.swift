/// What a chain, or one client in it, has shown so far, for each filter apart: answers of two filters do not compare, and
/// gateways with different ones may share a memory.
struct FilteredEvidence: Sendable {
  /// The one that answered last stands last.
  private var known: [(filter: UInt64, evidence: SearchEvidence)] = []

  private static let maximumFilters = 4

  /// - Returns: what the filter of this answer has been shown.
  @discardableResult
  mutating func note(_ answer: Answer, anchor: Int32?, origins: [Int]) -> SearchEvidence {
    var own = SearchEvidence()
    if let place = known.firstIndex(where: { $0.filter == answer.filter }) {
      own = known.remove(at: place).evidence
    } else if known.count >= Self.maximumFilters {
      known.removeFirst()
    }
    own.note(answer, anchor: anchor, origins: origins)
    known.append((answer.filter, own))
    return own
  }

  mutating func forget(anchor: Int32) {
    for place in known.indices { known[place].evidence.forget(anchor: anchor) }
  }

  mutating func forget(origin: Int) {
    for place in known.indices { known[place].evidence.forget(origin: origin) }
  }
}

/// What was shown by answers of one filter.
struct SearchEvidence: Sendable {
  /// The most changes of the answer around one anchor.
  private(set) var crossingsAroundAnchor = 0
  /// What was seen within the limit of each origin, by its number.
  private(set) var aroundOrigins: [Int: OriginEvidence] = [:]
  private var aroundAnchors: [Int32: Crossings] = [:]

  /// Changes and descents around the origin that saw most of them.
  var steps: Int {
    aroundOrigins.values.map { $0.crossings + ($0.descents.map(\.descents).max() ?? 0) }.max() ?? 0
  }

  /// - Parameters:
  ///   - anchor: the anchor that the question is nearest to; `nil` where what is around anchors does not matter.
  ///   - origins: the numbers of those that it is near to.
  mutating func note(_ answer: Answer, anchor: Int32?, origins: [Int]) {
    if let anchor {
      aroundAnchors[anchor, default: Crossings()].note(answer)
      crossingsAroundAnchor = max(crossingsAroundAnchor, aroundAnchors[anchor]?.count ?? 0)
    }
    for origin in origins { aroundOrigins[origin, default: OriginEvidence()].note(answer) }
  }

  /// An anchor that is gone takes what was seen around it along.
  mutating func forget(anchor: Int32) { aroundAnchors[anchor] = nil }

  mutating func forget(origin: Int) { aroundOrigins[origin] = nil }
}

/// How often the answer changed from question to question.
struct Crossings: Sendable {
  private(set) var count = 0
  private var last: Answer?

  mutating func note(_ answer: Answer) {
    if let last, last.label != answer.label || last.outcome != answer.outcome { count += 1 }
    last = answer
  }
}

/// What was seen around one origin.
struct OriginEvidence: Sendable {
  /// Different questions.
  private(set) var questions = 0
  private var changes = Crossings()
  /// Towards another label than that of the first answer here: also after the label has changed.
  private var awayFromFirst: FallingScores?
  private var first: Answer?
  /// Of each label among answers with that label alone. Without these, one answer with another label, or a very low score,
  /// would hide all that comes after it.
  private var ofLabels: [Int: FallingScores] = [:]

  private static let maximumLabels = 8

  var crossings: Int { changes.count }
  var descents: [FallingScores] { (awayFromFirst.map { [$0] } ?? []) + ofLabels.values }

  mutating func note(_ answer: Answer) {
    questions += 1
    changes.note(answer)
    guard let logOdds = answer.logOdds, let label = answer.label else { return }
    guard let first else {
      (self.first, awayFromFirst, ofLabels) = (answer, FallingScores(logOdds), [label: FallingScores(logOdds)])
      return
    }
    // Of another label, the first one has at most what is left, and at most as much.
    awayFromFirst?.note(label == first.label ? logOdds : -abs(logOdds))
    note(logOdds, of: label)
  }

  private mutating func note(_ score: Float, of label: Int) {
    if ofLabels[label] != nil {
      ofLabels[label]?.note(score)
      return
    }
    if ofLabels.count >= Self.maximumLabels, let least = ofLabels.min(by: { $0.value.compared < $1.value.compared }) {
      ofLabels[least.key] = nil
    }
    ofLabels[label] = FallingScores(score)
  }
}

/// How often a score fell below all before it, after one that did not.
struct FallingScores: Sendable {
  private(set) var compared = 0
  private(set) var descents = 0
  private var lowest: Float
  private var hasJustFallen = true

  /// Differences are less where the same image is asked about beside others.
  private static let leastFall: Float = 1e-3

  init(_ first: Float) { lowest = first }

  mutating func note(_ score: Float) {
    compared += 1
    let falls = score < lowest - Self.leastFall
    if falls {
      lowest = score
      if !hasJustFallen { descents += 1 }
    }
    hasJustFallen = falls
  }
}

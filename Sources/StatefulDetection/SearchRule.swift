import RealModule

/// When a chain of questions is a search for an adversarial image. One match is none, nor are a thousand equal ones: the
/// answers must move, in one of two ways.
///
/// **Crossings.** Whoever asks for labels alone feels for the boundary between two classes (boundary attack, HopSkipJump,
/// noise of more or less strength): questions that look like the same anchor get this answer, then that, again and again. A
/// film crosses boundaries as well, but goes on: it leaves an anchor within a few frames. Much noise leaves anchors as well,
/// and not the first question: around that, over a wider range, twice as many crossings are a search.
///
/// **Descents.** Whoever asks for scores lowers that of the first label step by step (Square, NES, SimBA), and stays near to
/// the first question. So it is counted how often the score falls below all before it, after one that did not. With noise
/// alone, of a camera or of encoders, each question is as likely as another to have the lowest score of n, so it has it
/// about ln n times in n questions (Rényi 1962), whatever the noise is like. Falls one after the other count once: so does a
/// film.
///
/// **Many.** Where no camera asks, very many different questions near to the first are a search by themselves, whatever is
/// answered: `many`. There is no number by default, because a camera that does not move reaches any.
///
/// Rejected alternative: letting even steps of noise be, which an attacker could add.
package struct SearchRule: Sendable, Hashable {
  /// Changes of one client's answers around one anchor, from which on it is a search.
  package var crossings: Int
  /// As many times more must come within the wider range around the first question.
  package var aroundFirst: Int
  /// As many times more must come where several clients ask: a picture that many have is sent in many versions.
  package var overAll: Int
  /// Descents that a search has beyond `descentsByLogarithm` · ln n.
  package var descents: Double
  package var descentsByLogarithm: Double
  /// Different questions near to the first, from which on it is a search; `nil` for no such number.
  package var many: Int?

  package init(
    crossings: Int = 16, aroundFirst: Int = 2, overAll: Int = 4, descents: Double = 8, descentsByLogarithm: Double = 2,
    many: Int? = nil
  ) {
    self.crossings = crossings
    self.aroundFirst = aroundFirst
    self.overAll = overAll
    self.descents = descents
    self.descentsByLogarithm = descentsByLogarithm
    self.many = many
  }

  /// - Parameters:
  ///   - isOfOne: whether one client gave it.
  func isSearch(_ evidence: SearchEvidence, isOfOne: Bool) -> Bool {
    let needed = isOfOne ? crossings : crossings * overAll
    return evidence.crossingsAroundAnchor >= needed || evidence.crossingsAroundFirst >= needed * aroundFirst
      || hasDescended(evidence) || many.map { evidence.nearFirst >= $0 } ?? false
  }

  private func hasDescended(_ evidence: SearchEvidence) -> Bool {
    guard evidence.compared > 1 else { return false }
    let expected = Double.log(Double(evidence.compared))
    return Double(evidence.descents) >= descents + descentsByLogarithm * expected
  }
}

/// What a chain, or one client in it, has shown so far; never shrinks.
struct SearchEvidence: Sendable {
  /// The most changes of the answer around one anchor.
  private(set) var crossingsAroundAnchor = 0
  /// Different questions near to the first, which counts as one.
  private(set) var nearFirst = 0
  /// Questions near to the first whose scores were compared.
  private(set) var compared = 0
  private(set) var descents = 0

  private struct Surroundings: Sendable {
    var last: Answer
    var crossings = 0

    mutating func note(_ answer: Answer) {
      if last.filter == answer.filter, last.label != answer.label || last.outcome != answer.outcome { crossings += 1 }
      last = answer
    }
  }

  private var surroundings: [Int32: Surroundings] = [:]
  private var firstSurroundings: Surroundings?
  /// The answer that scores are compared with.
  private var base: Answer?
  private var lowest: Float = .infinity
  private var hasJustFallen = true

  /// Differences are less where the same image is asked about beside others.
  private static let leastFall: Float = 1e-3

  /// - Parameters:
  ///   - anchor: the anchor that the question is nearest to.
  ///   - isNearFirst: whether it is near to the first question of the chain.
  mutating func note(_ answer: Answer, anchor: Int32, isNearFirst: Bool) {
    noteCrossing(answer, anchor, isNearFirst)
    guard isNearFirst else { return }
    nearFirst += 1
    noteDescent(answer)
  }

  /// An anchor that is gone takes what was seen around it along.
  mutating func forget(anchor: Int32) { surroundings[anchor] = nil }

  private mutating func noteCrossing(_ answer: Answer, _ anchor: Int32, _ isNearFirst: Bool) {
    var here = surroundings[anchor] ?? Surroundings(last: answer)
    here.note(answer)
    surroundings[anchor] = here
    crossingsAroundAnchor = max(crossingsAroundAnchor, here.crossings)
    guard isNearFirst else { return }
    var first = firstSurroundings ?? Surroundings(last: answer)
    first.note(answer)
    firstSurroundings = first
  }

  /// Changes of the answer near the first question.
  var crossingsAroundFirst: Int { firstSurroundings?.crossings ?? 0 }

  private mutating func noteDescent(_ answer: Answer) {
    guard let logOdds = answer.logOdds, answer.label != nil else { return }
    guard let base, base.filter == answer.filter else {
      // The scores of another filter say nothing about those before.
      (base, lowest, hasJustFallen) = (answer, logOdds, true)
      return
    }
    compared += 1
    // Of another label, the first one has at most what is left, and at most as much.
    let score = answer.label == base.label ? logOdds : -abs(logOdds)
    let falls = score < lowest - Self.leastFall
    if falls {
      lowest = score
      if !hasJustFallen { descents += 1 }
    }
    hasJustFallen = falls
  }
}

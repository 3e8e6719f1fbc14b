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
/// where he began. So it is counted how often the score falls below all before it, after one that did not. With noise
/// alone, of a camera or of encoders, each question is as likely as another to have the lowest score of n, so it has it
/// about ln n times in n questions (Rényi 1962), whatever the noise is like. Falls one after the other count once: so does a
/// film.
///
/// **Many.** Where no camera asks, very many different questions about one picture are a search by themselves, whatever is
/// answered: `many`. There is no number by default, because a camera that does not move reaches any.
///
/// Rejected alternative: letting even steps of noise be, which an attacker could add.
package struct SearchRule: Sendable, Hashable {
  /// Changes of one client's answers around one anchor, from which on it is a search.
  package var crossings: Int
  /// As many times more must come within the wider range around an origin of the chain.
  package var aroundFirst: Int
  /// As many times more of each must come where several clients ask: a picture that many have is sent in many versions.
  package var overAll: Int
  /// The part of what one alone must show, from which on a client takes part in a search of all.
  package var share: Double
  /// Descents that a search has beyond `descentsByLogarithm` · ln n.
  package var descents: Double
  package var descentsByLogarithm: Double
  /// Different questions near to an origin, from which on it is a search; `nil` for no such number.
  package var many: Int?

  package init(
    crossings: Int = 16, aroundFirst: Int = 2, overAll: Int = 4, share: Double = 0.25, descents: Double = 8,
    descentsByLogarithm: Double = 2, many: Int? = nil
  ) {
    self.crossings = crossings
    self.aroundFirst = aroundFirst
    self.overAll = overAll
    self.share = share
    self.descents = descents
    self.descentsByLogarithm = descentsByLogarithm
    self.many = many
  }

  /// - Parameters:
  ///   - isOfOne: whether one client gave it.
  func isSearch(_ evidence: SearchEvidence, isOfOne: Bool) -> Bool {
    shows(evidence, times: isOfOne ? 1 : Double(overAll))
  }

  /// Whether one client has shown enough to be part of a search of all.
  func isPart(_ evidence: SearchEvidence) -> Bool { shows(evidence, times: share) }

  /// - Parameters:
  ///   - times: how much there must be of each, as a multiple of what one alone must show.
  private func shows(_ evidence: SearchEvidence, times: Double) -> Bool {
    let changes = Double(crossings) * times
    return Double(evidence.crossingsAroundAnchor) >= changes
      || evidence.aroundOrigins.values.contains { around in
        Double(around.crossings) >= changes * Double(aroundFirst)
          || around.descents.contains { isDescent($0, times) } || isMany(around.questions, times)
      }
  }

  /// One question is never many.
  private func isMany(_ questions: Int, _ times: Double) -> Bool {
    guard let many, questions > 1 else { return false }
    return Double(questions) >= Double(many) * times
  }

  private func isDescent(_ fall: FallingScores, _ times: Double) -> Bool {
    guard fall.compared > 1 else { return false }
    // Noise alone has about ln n of them, so that much is no part of a search either.
    let byChance = descentsByLogarithm * min(1, max(times, 0.5)) * Double.log(Double(fall.compared))
    return Double(fall.descents) >= descents * times + byChance
  }
}

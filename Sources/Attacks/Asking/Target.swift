import Common

/// What is attacked: it takes pictures and says what becomes of them.
package protocol Target: Sendable {
  /// An answer to each picture, in order; the same picture always has the same answer.
  ///
  /// - Throws: what keeps pictures from being judged at all.
  func answers(to pictures: [Picture]) async throws(SluiceError) -> [Answer]
}

/// What a target says about one picture: more than an attacker may see.
package struct Answer: Sendable, Hashable {
  /// Natural logarithms of the probabilities; none where the picture was refused before the classifier saw it.
  package var logProbabilities: [Float]
  /// `nil` where there is no answer.
  package var topClass: Int?
  package var probability: Double
  /// Whether the filter keeps the picture from the classifier's users.
  package var isHeldBack: Bool
  /// How far the picture is beyond what the filter lets pass, in natural logarithms of the p-value; without what private
  /// detectors say.
  package var suspicion: Double
  package var pValue: Double?

  package init(
    logProbabilities: [Float], topClass: Int?, probability: Double = 0, isHeldBack: Bool = false, suspicion: Double = 0,
    pValue: Double? = nil
  ) {
    self.logProbabilities = logProbabilities
    self.topClass = topClass
    self.probability = probability
    self.isHeldBack = isHeldBack
    self.suspicion = suspicion
    self.pValue = pValue
  }
}

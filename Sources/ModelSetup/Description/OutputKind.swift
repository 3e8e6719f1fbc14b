/// What the numbers of an output stand for, as several runs show.
package enum OutputKind: String, Sendable, Hashable, CaseIterable {
  case logits
  /// They lie in [0, 1] and sum to one.
  case probabilities
  /// They lie in [0, 1] and sum to nearly one on average: a softmax whose small values were rounded away.
  case roundedProbabilities = "rounded probabilities"
  /// One number of any size, positive for the second of two classes.
  case oneLogit = "one logit"
  /// One number in [0, 1]: the probability of the second of two classes.
  case oneProbability = "one probability"
  /// They lie in [0, 1] each by itself: several labels may hold at once.
  case independent = "independent probabilities"
  /// The highest scores of more classes, sorted where they are several, so that a place stands for no class.
  case best = "highest scores"
}

/// What is kept of a chain's last questions, long after they themselves are gone: enough to know them again.
///
/// A set of pictures that is sent again, by a camera's buffer or by a program that tries again, comes in the same order as
/// before. Were repeats looked for among the few questions that are kept, each would push out the next one before it came.
struct QuestionTraces: Sendable {
  private struct Trace: Sendable {
    /// Of all that must be equal. Its key is this process's own, so nobody can choose a question that is taken for another.
    let digest: Int
    let score: Float
    let logOdds: Float

    init(_ question: Question) {
      var hasher = Hasher()
      hasher.combine(question.fingerprint)
      hasher.combine(question.answer.outcome)
      hasher.combine(question.answer.label)
      // Answers of two filters do not compare.
      hasher.combine(question.answer.filter)
      digest = hasher.finalize()
      score = question.answer.score ?? 0
      logOdds = question.answer.logOdds ?? 0
    }

    func repeats(_ other: Trace) -> Bool {
      digest == other.digest && Self.isSame(score, other.score, within: Self.sameScore)
        && Self.isSame(logOdds, other.logOdds, within: Self.sameLogOdds)
    }

    /// Also of two that are infinite.
    private static func isSame(_ one: Float, _ other: Float, within difference: Float) -> Bool {
      one == other || abs(one - other) <= difference
    }

    /// Calls of a classifier with other images beside give scores that differ by less. Were it wider, a walk over all scores of
    /// a fingerprint would leave traces that hide a search among them.
    private static let sameScore: Float = 1e-5
    /// Near certainty the scores are all one, and these still differ.
    private static let sameLogOdds: Float = 1e-3
  }

  /// Traces of 16 bytes, besides the first.
  static let maximum = 1024
  /// Of these, those that differ by their scores alone. Each hides what has nearly the same score, so there may not be many.
  static let maximumAlike = 256
  /// Take as much memory as a question that is kept whole.
  private static let inOneQuestion = 64

  /// Never goes.
  private let first: Trace
  /// Oldest first.
  private var others: [Trace] = []

  init(beginningWith question: Question) { first = Trace(question) }

  /// How many questions that are kept whole would take as much memory.
  var charge: Int { others.count / Self.inOneQuestion }

  /// Whether a question says the same about the same picture as one of these.
  ///
  /// - Complexity: O(`maximum`), as that of `insert`.
  func contains(_ question: Question) -> Bool {
    let trace = Trace(question)
    return trace.repeats(first) || others.contains(where: trace.repeats)
  }

  /// Adds a question that is none of these.
  mutating func insert(_ question: Question) {
    let trace = Trace(question)
    let alike = others.indices.filter { others[$0].digest == trace.digest }
    if alike.count >= Self.maximumAlike {
      others.remove(at: alike[0])
    } else if others.count >= Self.maximum {
      others.removeFirst()
    }
    others.append(trace)
  }
}

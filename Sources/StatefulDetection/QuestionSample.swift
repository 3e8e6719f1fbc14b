/// The first questions of a chain, and its last ones.
struct QuestionSample: Sendable {
  let first: Question
  /// Those that came after the first.
  private var early: [Question] = []
  /// The last ones, as a ring.
  private var late: [Question] = []
  private var nextLate = 0

  static let firstKept = 8
  static let lastKept = 56

  init(beginningWith question: Question) { first = question }

  /// Fingerprints that it holds, but for the first: that is an anchor.
  var kept: Int { early.count + late.count }

  /// In order.
  var questions: [Question] { [first] + early + late[nextLate...] + late[..<nextLate] }

  /// Adds a question; where there are too many, the oldest that is not of the first goes.
  mutating func add(_ question: Question) {
    if early.count < Self.firstKept - 1 {
      early.append(question)
    } else if late.count < Self.lastKept {
      late.append(question)
    } else {
      late[nextLate] = question
      nextLate = (nextLate + 1) % Self.lastKept
    }
  }
}

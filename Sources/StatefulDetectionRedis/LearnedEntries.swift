/// Which entries were learned lately: none is learned twice.
///
/// A gateway whose reply is lost adds its questions again, and a server that comes back with an older state is read again.
/// Learned twice, the evidence of a day would count twice. What is passed over is the same in everything, so nobody hides a
/// question by this.
package struct LearnedEntries: Sendable {
  private let atLeast: Int
  /// Digests, whose key is this process's own. Once there are enough of them they become the previous ones.
  private var latest: Set<Int> = []
  private var previous: Set<Int> = []

  /// - Parameters:
  ///   - atLeast: how many entries are known, at least 1; up to twice as many.
  package init(atLeast: Int) {
    precondition(atLeast >= 1)
    self.atLeast = atLeast
  }

  package var count: Int { latest.count + previous.count }

  /// - Returns: whether the entry is new.
  package mutating func insert(_ entry: QuestionEntry) -> Bool {
    let digest = entry.hashValue
    guard !previous.contains(digest), latest.insert(digest).inserted else { return false }
    if latest.count >= atLeast {
      previous = latest
      latest.removeAll()
    }
    return true
  }
}

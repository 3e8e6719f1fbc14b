import Synchronization

/// Remembers what was asked, and notices searches: stateful detection (Chen, Carlini, Wagner 2019).
///
/// Any number of threads may use it.
package final class QueryMemory: Sendable {
  /// What is remembered, and how long.
  package struct Bounds: Sendable, Hashable {
    /// Questions whose fingerprints are kept, and what takes as much memory.
    package var questions: Int
    /// How long a chain is remembered after its last question, in milliseconds.
    package var age: Int64

    package init(questions: Int = defaultQuestions, age: Int64 = defaultAge) {
      precondition(questions >= 1 && age >= 0)
      self.questions = questions
      self.age = age
    }

    package static let defaultQuestions = 100_000
    package static let defaultAge: Int64 = 86_400_000
  }

  /// How much there is.
  package struct Size: Sendable, Hashable {
    package var questions: Int
    package var chains: Int
  }

  private let state: Mutex<RememberedChains>

  package init(_ bounds: Bounds = Bounds(), rule: SearchRule = SearchRule()) {
    state = Mutex(RememberedChains(bounds, rule))
  }

  /// Remembers a question that this gateway was asked.
  ///
  /// - Returns: what chain it belongs to.
  package func note(_ question: Question) -> Sighting {
    state.withLock { $0.note(question, at: question.time, isOwn: true) }
  }

  /// Remembers a question that another gateway was asked. Where a chain becomes a search by it, that is told with the next
  /// question of the chain that this gateway is asked.
  ///
  /// - Parameters:
  ///   - now: milliseconds since 1970 by this gateway's clock; the other's clock may be wrong.
  /// - Returns: what chain it belongs to.
  @discardableResult
  package func learn(_ question: Question, now: Int64) -> Sighting {
    state.withLock { $0.note(question, at: now, isOwn: false) }
  }

  /// The first 8 and the last 56 questions of a chain but for repeats, in the order in which they came; `nil` for a chain
  /// that was forgotten.
  package func questions(of chain: ChainID) -> [Question]? {
    state.withLock { $0.questions(of: chain) }
  }

  package var size: Size { state.withLock { $0.size } }
}

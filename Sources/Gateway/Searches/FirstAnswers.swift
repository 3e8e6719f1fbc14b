import StatefulDetection
import Synchronization

/// The first answers to each client of a chain, within a bound on their bytes: those that were not asked about for longest go.
///
/// What one client was answered is never given to another: an answer may tell what the model made of somebody's image.
package final class FirstAnswers: Sendable {
  /// Whose they are, in which chain.
  package struct Key: Sendable, Hashable {
    let chain: ChainID
    /// `nil` for all who are not told apart.
    let client: String?

    package init(chain: ChainID, client: String?) {
      self.chain = chain
      self.client = client
    }

    /// About what it takes in memory, with its places in the table and among the uses, of which some are free.
    var byteCount: Int { Self.bytesPerPlace + 2 * (client?.utf8.count ?? 0) }

    private static let bytesPerPlace = 512
  }

  private let kept = Mutex(Kept())
  private let maximumBytes: Int

  package init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

  /// About what they take in memory.
  package var byteCount: Int { kept.withLock { $0.bytes } }

  /// The answer to a client's first question of a chain; `nil` where it is not kept.
  package func answer(of key: Key) -> FirstAnswer? {
    kept.withLock { kept in
      guard let held = kept.answers[key] else { return nil }
      kept.use(key)
      return held.answer
    }
  }

  /// Adds what a question was answered to what is kept of earlier ones, which stays as it is.
  package func add(_ answer: FirstAnswer, of key: Key) {
    kept.withLock { kept in
      let old = kept.answers[key]
      let new = old?.answer.completed(by: answer) ?? answer
      let held = Kept.Held(answer: new, bytes: new.byteCount + key.byteCount)
      guard held.bytes <= maximumBytes else { return }
      kept.bytes += held.bytes - (old?.bytes ?? 0)
      kept.answers[key] = held
      kept.use(key)
      while kept.bytes > maximumBytes, kept.dropOldest() {}
    }
  }
}

/// What `FirstAnswers` guards.
private struct Kept: Sendable {
  struct Held: Sendable {
    let answer: FirstAnswer
    let bytes: Int
    var use = 0
  }

  var answers: [FirstAnswers.Key: Held] = [:]
  var bytes = 0
  /// Uses in order; one that is not the last of its key stands for nothing.
  private var uses: [(key: FirstAnswers.Key, use: Int)] = []
  private var firstUse = 0
  private var lastUse = 0
  /// Uses that stand for nothing are let go once there are more of them than this, and than there are answers.
  private static let slack = 1024

  mutating func use(_ key: FirstAnswers.Key) {
    lastUse += 1
    answers[key]?.use = lastUse
    uses.append((key, lastUse))
    guard uses.count > 2 * answers.count + Self.slack else { return }
    uses = uses[firstUse...].filter { answers[$0.key]?.use == $0.use }
    firstUse = 0
  }

  /// - Returns: false where there is none.
  mutating func dropOldest() -> Bool {
    while firstUse < uses.count {
      let (key, use) = uses[firstUse]
      firstUse += 1
      guard let held = answers[key], held.use == use else { continue }
      answers[key] = nil
      bytes -= held.bytes
      return true
    }
    return false
  }
}

import StatefulDetection
import Synchronization

/// The first answers of chains, within a bound on their bytes: those of chains that were not asked about for longest go.
final class FirstAnswers: Sendable {
  private let kept = Mutex(Kept())
  private let maximumBytes: Int

  init(maximumBytes: Int) { self.maximumBytes = maximumBytes }

  /// About what they take in memory.
  var byteCount: Int { kept.withLock { $0.bytes } }

  /// The answer to the first question of a chain; `nil` where it is not kept.
  func answer(of chain: ChainID) -> FirstAnswer? {
    kept.withLock { kept in
      guard let held = kept.answers[chain] else { return nil }
      kept.use(chain)
      return held.answer
    }
  }

  /// Adds what a question of a chain was answered to what is kept of earlier ones, which stays as it is.
  func add(_ answer: FirstAnswer, of chain: ChainID) {
    kept.withLock { kept in
      let old = kept.answers[chain]?.answer
      let new = old?.completed(by: answer) ?? answer
      guard new.byteCount <= maximumBytes else { return }
      kept.bytes += new.byteCount - (old?.byteCount ?? 0)
      kept.answers[chain] = Kept.Held(answer: new, use: 0)
      kept.use(chain)
      while kept.bytes > maximumBytes, kept.dropOldest() {}
    }
  }
}

/// What `FirstAnswers` guards.
private struct Kept: Sendable {
  struct Held: Sendable {
    let answer: FirstAnswer
    var use: Int
  }

  var answers: [ChainID: Held] = [:]
  var bytes = 0
  /// Uses in order; one that is not the last of its chain stands for nothing.
  private var uses: [(chain: ChainID, use: Int)] = []
  private var firstUse = 0
  private var lastUse = 0
  /// Uses that stand for nothing are let go once there are more of them than this, and than there are answers.
  private static let slack = 1024

  mutating func use(_ chain: ChainID) {
    lastUse += 1
    answers[chain]?.use = lastUse
    uses.append((chain, lastUse))
    guard uses.count > 2 * answers.count + Self.slack else { return }
    uses = uses[firstUse...].filter { answers[$0.chain]?.use == $0.use }
    firstUse = 0
  }

  /// - Returns: false where there is none.
  mutating func dropOldest() -> Bool {
    while firstUse < uses.count {
      let (chain, use) = uses[firstUse]
      firstUse += 1
      guard let held = answers[chain], held.use == use else { continue }
      answers[chain] = nil
      bytes -= held.answer.byteCount
      return true
    }
    return false
  }
}

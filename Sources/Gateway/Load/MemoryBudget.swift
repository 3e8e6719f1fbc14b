import Common
import FilterPipeline
import Synchronization
import Workers

/// The bytes that all requests together hold: bodies as they arrive, requests as they are read, images while they are
/// judged, their tensors and what a model says about them until the answer is made, what asking a model server and making the
/// answer takes besides, and answers until they are taken.
///
/// What arrives is charged at once, and refused when there is no room, unless nobody else holds anything. What the gateway
/// does of itself waits for room, in the order in which it came. So that waiting always ends, the first of each kind goes
/// on whatever is held: the peak is the budget, and beyond it at most one request that is read, one that holds tensors, one
/// image that is judged, one request that is forwarded and one answer that is made. Answers on their way are counted, and never
/// held up.
///
/// A request claims in the order of the uses, and each at once for all its images, except that each image is judged on its own.
/// Whoever holds one use waits for later ones only, so no two requests wait for each other.
package final class MemoryBudget: Sendable {
  /// What bytes are held for.
  package enum Use: Int, Sendable, CaseIterable {
    case arriving
    case reading
    /// The tensors of images that were judged, or are about to be.
    case holding
    case judging
    case forwarding
    case answering
  }

  /// The bytes that are held, by what for.
  private struct Held: ClaimedResource {
    typealias Line = Use

    struct Claim: Sendable {
      let count: Int
      let use: Use
    }

    let maximum: Int
    private var counts = [Int](repeating: 0, count: Use.allCases.count)

    init(_ maximum: Int) {
      self.maximum = maximum
    }

    var total: Int { counts.reduce(0, +) }

    static func line(of claim: Claim) -> Use { claim.use }

    mutating func take(_ claim: Claim) -> Bool {
      let isFirst = claim.use != .arriving && counts[claim.use.rawValue] == 0
      guard isFirst || claim.count <= maximum - total else { return false }
      counts[claim.use.rawValue] += claim.count
      return true
    }

    /// Takes bytes for somebody who holds some already, whatever the budget says where nobody else holds any.
    mutating func take(_ claim: Claim, beside own: Int) -> Bool {
      guard total == own else { return take(claim) }
      counts[claim.use.rawValue] += claim.count
      return true
    }

    mutating func add(_ claim: Claim) { counts[claim.use.rawValue] += claim.count }

    mutating func give(_ claim: Claim) { counts[claim.use.rawValue] -= claim.count }
  }

  private let queue: ClaimQueue<Held>

  /// - Parameters:
  ///   - maximum: the budget in bytes.
  package init(_ maximum: Int) {
    queue = ClaimQueue(Held(maximum))
  }

  package var used: Int { queue.withResource { $0.total } }

  /// A charge of nothing, which grows with what arrives.
  package func arrival() -> MemoryCharge { MemoryCharge(self, .arriving, 0) }

  /// How many wait for room.
  package var waiting: Int { queue.waiting }

  /// A charge of so many bytes, once there is room for them; of none at once.
  ///
  /// - Throws: `cancelled` when the task is cancelled while it waits.
  package func charge(_ count: Int, for use: Use) async throws(SluiceError) -> MemoryCharge {
    guard count > 0 else { return MemoryCharge(self, use, 0) }
    guard await queue.claim(Held.Claim(count: count, use: use)) == .granted else {
      throw SluiceError(.cancelled, "the request ended while it waited for memory")
    }
    return MemoryCharge(self, use, count)
  }

  /// Takes bytes that have arrived for somebody who holds some already; false when there is no room.
  fileprivate func takeNow(_ count: Int, _ use: Use, beside own: Int) -> Bool {
    queue.withResource { $0.take(Held.Claim(count: count, use: use), beside: own) }
  }

  fileprivate func add(_ count: Int, _ use: Use) { queue.withResource { $0.add(Held.Claim(count: count, use: use)) } }

  fileprivate func give(_ count: Int, _ use: Use) { queue.give(Held.Claim(count: count, use: use)) }
}

/// Bytes of the budget, given back when nobody holds the charge any more.
package final class MemoryCharge: Sendable {
  private let budget: MemoryBudget
  private let use: MemoryBudget.Use
  private let held: Mutex<Int>

  fileprivate init(_ budget: MemoryBudget, _ use: MemoryBudget.Use, _ count: Int) {
    self.budget = budget
    self.use = use
    held = Mutex(count)
  }

  deinit {
    let count = held.withLock { $0 }
    if count > 0 { budget.give(count, use) }
  }

  /// Adds bytes to it; false when there is no room.
  package func grows(by count: Int) -> Bool {
    held.withLock { held in
      guard budget.takeNow(count, use, beside: held) else { return false }
      held += count
      return true
    }
  }

  /// Adds bytes that are held already, whatever the budget says: for others there is so much less.
  package func adds(_ count: Int) {
    held.withLock { $0 += count }
    budget.add(count, use)
  }

  /// Gives back what goes beyond so many bytes; those whose turn it is now go on.
  package func shrinks(to count: Int) {
    let excess = held.withLock { held in
      let excess = max(0, held - count)
      held -= excess
      return excess
    }
    if excess > 0 { budget.give(excess, use) }
  }
}

import Pixels
import Synchronization

/// How many bytes of request bodies may be in memory, over all requests.
package final class ByteBudget: Sendable {
  private let held = Mutex(0)
  private let most: Int

  package init(_ most: Int) {
    self.most = most
  }

  package var used: Int { held.withLock { $0 } }

  /// - Throws: `busy` when there is no room for so many.
  func take(_ count: Int) throws(SluiceError) {
    let isTaken = held.withLock { held in
      guard count <= most - held else { return false }
      held += count
      return true
    }
    guard isTaken else {
      throw SluiceError(.busy, "too many bytes of requests are in memory", remedy: "try again later")
    }
  }

  func give(_ count: Int) { held.withLock { $0 -= count } }
}

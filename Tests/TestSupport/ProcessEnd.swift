import Foundation
import Synchronization

extension Process {
  /// Waits for the end of the process, and kills one that takes longer than that.
  ///
  /// - Returns: whether it ended by itself.
  package func waitForEnd(seconds: Int) -> Bool {
    let id = processIdentifier
    let isLate = Mutex(false)
    let limit = DispatchWorkItem {
      isLate.withLock { $0 = true }
      // With what it started, where it leads a group.
      kill(-id, SIGKILL)
      kill(id, SIGKILL)
    }
    DispatchQueue.global().asyncAfter(deadline: .now() + .seconds(seconds), execute: limit)
    waitUntilExit()
    limit.cancel()
    return !isLate.withLock { $0 }
  }
}

import Foundation
import Synchronization

extension Process {
  // Foundation sees the end of a process by a socket that only the process holds open. Of two that are started at once, each may
  // take the other's with it, and whoever waits for one then waits for both.
  private static let starting = Mutex(())

  /// Starts the process while no other one is being started.
  package func start() throws { try Self.starting.withLock { _ in try run() } }
}

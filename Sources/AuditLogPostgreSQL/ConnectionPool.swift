import Foundation

/// Connections that nobody uses at the moment, and how many more may be open.
///
/// A dispatch semaphore would wait as well; a condition also guards the list.
final class ConnectionPool: @unchecked Sendable {
  // Guards the variables below.
  private let condition = NSCondition()
  private var places: Int
  private var idle: [PostgreSQLConnection] = []

  init(places: Int) {
    self.places = places
  }

  /// Waits for a place. `nil` is one whose connection is still to be opened.
  func take() -> PostgreSQLConnection? {
    condition.lock()
    defer { condition.unlock() }
    while places == 0 { condition.wait() }
    places -= 1
    return idle.popLast()
  }

  /// Keeps the connection where it is good for another transaction; otherwise it is closed, which ends whatever it was at.
  func giveBack(_ connection: PostgreSQLConnection?) {
    condition.lock()
    defer { condition.unlock() }
    places += 1
    if let connection, connection.isIdle { idle.append(connection) }
    condition.signal()
  }
}

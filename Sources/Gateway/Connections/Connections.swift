import NIOCore
import Synchronization

/// The work that is going on for connections, one request at a time on each.
final class Connections: Sendable {
  private struct Connection {
    var cancel: (@Sendable () -> Void)?
    /// Why nothing more is done for it.
    var refusal: Refusal?
  }

  private let all = Mutex<[ObjectIdentifier: Connection]>([:])

  /// Runs work as a task that ends with its connection.
  ///
  /// - Throws: what the work throws; `CancellationError` where it noticed that the client has gone; the refusal of a
  ///   connection that is refused.
  func serve<Result: Sendable>(
    _ channel: any Channel, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let key = ObjectIdentifier(channel)
    let task = Task { try await work() }
    let refusal = all.withLock { all in
      all[key, default: Connection()].cancel = { task.cancel() }
      return all[key]?.refusal
    }
    defer { release(key) }
    if refusal != nil || !channel.isActive { task.cancel() }
    do {
      return try await withTaskCancellationHandler {
        try await task.value
      } onCancel: {
        task.cancel()
      }
    } catch {
      throw all.withLock { $0[key]?.refusal } ?? error
    }
  }

  private func release(_ key: ObjectIdentifier) {
    all.withLock { all in
      all[key]?.cancel = nil
      if all[key]?.refusal == nil { all[key] = nil }
    }
  }

  /// The client has gone.
  func end(_ key: ObjectIdentifier) { all.withLock { $0[key]?.cancel }?() }

  /// Ends the work for a connection, and whatever would begin.
  func refuse(_ key: ObjectIdentifier, _ refusal: Refusal) {
    all.withLock { all in
      all[key, default: Connection()].refusal = refusal
      return all[key]?.cancel
    }?()
  }

  /// Forgets why a connection was refused.
  func forget(_ key: ObjectIdentifier) {
    all.withLock { all in
      all[key]?.refusal = nil
      if all[key]?.cancel == nil { all[key] = nil }
    }
  }
}

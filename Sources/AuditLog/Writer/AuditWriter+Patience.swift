import Common
import Synchronization

/// What takes too long: a disk that hangs, a server that says nothing. What was begun cannot be taken back, and nobody is to wait
/// behind it.
extension AuditWriter {
  /// Does something on the log, and notes when it began and whether it succeeded.
  func timed<Value>(_ work: () throws(SluiceError) -> Value) throws(SluiceError) -> Value {
    state.withLock { $0.began(at: .now) }
    do throws(SluiceError) {
      let value = try work()
      start(state.withLock { $0.ended(well: true, at: .now) })
      return value
    } catch {
      start(state.withLock { $0.ended(well: false, at: .now) })
      throw error
    }
  }

  func checkIsNotStuck() throws(SluiceError) {
    guard state.withLock({ $0.isStuck(at: .now) }) else { return }
    throw Self.stuck
  }

  private static let stuck = SluiceError(
    .auditUnavailable, "the audit log takes too long to be written to", remedy: "check its disk, or its server")

  private static let givenUp = SluiceError(
    .auditUnavailable, "the audit log takes too long to be written to, and may have the record later",
    remedy: "check its disk, or its server")

  /// Refuses those who wait as soon as what they wait behind takes too long.
  func watch() {
    Task { [weak self, patience] in
      repeat { try? await Task.sleep(for: (patience ?? .zero) / 4) } while self?.mustWatchOn() == true
    }
  }

  private func mustWatchOn() -> Bool {
    refuseIfStuck()
    return state.withLock { $0.watchesOn() }
  }

  func refuseIfStuck() {
    let (refused, leaving) = state.withLock { ($0.refused(at: .now), $0.givingUp(at: .now)) }
    for waiter in refused { waiter.ticket.resume(returning: .failure(Self.stuck)) }
    for waiter in leaving { waiter.ticket.resume(returning: .failure(Self.givenUp)) }
  }
}

import NIOCore
import Synchronization

/// Counts channels until somebody lets go of them, closed ones among them, unless they have been answered.
///
/// The stream of a call that was reset is closed at once, but the task that serves it may not even have begun: resets that
/// come faster than tasks end would pile up without a bound. Nothing tells when such a task has ended, except that it lets
/// go of its channel. That of a call that has been answered has had its turn; an answer that nobody takes is to keep nobody
/// out.
final class ChannelCensus: Sendable {
  private struct Entry {
    weak var channel: (any Channel)?
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var lastCount = NIODeadline.uptimeNanoseconds(0)
  }

  private let state = Mutex(State())
  private let most: Int

  /// Counting takes a while, which nobody is to cause at will.
  private static let interval = TimeAmount.milliseconds(10)

  init(_ most: Int) {
    self.most = most
  }

  /// Adds a channel; false when there are too many already.
  ///
  /// - Complexity: O(1) on average; O(most) not more often than every ten milliseconds.
  func admits(_ channel: any Channel) -> Bool {
    state.withLock { state in
      if state.entries.count >= most, NIODeadline.now() - state.lastCount >= Self.interval {
        state.entries = state.entries.filter { $0.value.channel != nil }
        state.lastCount = .now()
      }
      guard state.entries.count < most else { return false }
      state.entries[ObjectIdentifier(channel)] = Entry(channel: channel)
      return true
    }
  }

  /// Counts a channel no more.
  func noteAnswer(_ channel: any Channel) { state.withLock { $0.entries[ObjectIdentifier(channel)] = nil } }
}

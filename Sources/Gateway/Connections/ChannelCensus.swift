import NIOCore
import Synchronization

/// Counts channels until somebody lets go of them, closed ones among them; those that have been answered until they end.
///
/// The stream of a call that was reset is closed at once, but the task that serves it may not even have begun: resets that
/// come faster than tasks end would pile up without a bound. Nothing tells when such a task has ended, except that it lets
/// go of its channel.
///
/// A stream that has been answered has had its turn; an answer that nobody takes is to keep nobody out. It holds memory
/// until it ends all the same, so the connection of the one that was answered first ends when there are too many.
final class ChannelCensus: Sendable {
  private struct Entry {
    weak var channel: (any Channel)?
  }

  private struct State {
    var entries: [ObjectIdentifier: Entry] = [:]
    var lastCount = NIODeadline.uptimeNanoseconds(0)
    var answered = AnsweredStreams<ObjectIdentifier, any Channel>()
  }

  private let state = Mutex(State())
  private let most: Int

  /// Counting takes a while, which nobody is to cause at will.
  private static let interval = TimeAmount.milliseconds(10)

  /// - Parameters:
  ///   - most: how many there may be that are not answered, and how many that are.
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

  /// Counts a stream among those that have been answered, until it leaves.
  func noteAnswer(_ stream: any Channel) {
    let key = ObjectIdentifier(stream)
    let untaking = state.withLock { state -> (any Channel)? in
      state.entries[key] = nil
      if let connection = stream.parent { state.answered.add(key, of: connection) }
      return state.answered.count > most ? state.answered.removeOldest() : nil
    }
    guard let untaking else { return }
    // It may be the connection that is being written to.
    untaking.eventLoop.execute { untaking.pipeline.fireUserInboundEventTriggered(ConnectionMustEnd()) }
  }

  /// An answered stream has ended.
  func leave(_ stream: any Channel) { state.withLock { $0.answered.remove(ObjectIdentifier(stream)) } }
}

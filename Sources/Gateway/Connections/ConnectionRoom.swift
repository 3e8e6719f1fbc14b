import NIOCore
import Synchronization

/// The connections of a server, for whoever counts them, tells them something or closes them.
///
/// Hummingbird limits those of HTTP by itself: it accepts no more until one has gone. Streams, whose tasks may outlast
/// their channels, are counted by `ChannelCensus`.
final class ConnectionRoom: Sendable {
  /// What happens to a connection that comes when there are as many as may be.
  enum Overflow: Sendable {
    /// It takes the place of the one that has gone longest without an answer. Turning it away instead would let
    /// connections that never ask for anything keep out those that do.
    case replacesOldest
    /// It is closed: those that are there may have much in work.
    case isTurnedAway
  }

  private struct Guest {
    let channel: any Channel
    var lastAnswer: NIODeadline
  }

  private let guests = Mutex<[ObjectIdentifier: Guest]>([:])
  private let maximum: Int
  private let overflow: Overflow

  /// - Parameters:
  ///   - maximum: how many it keeps; any number, unless it is said.
  init(maximum: Int = .max, overflow: Overflow = .isTurnedAway) {
    self.maximum = maximum
    self.overflow = overflow
  }

  /// Takes a connection in, where there is room for it or a place is made.
  func enter(_ channel: any Channel) {
    let leaving = guests.withLock { guests -> (any Channel)? in
      let isFull = guests.count >= maximum
      if isFull, overflow == .isTurnedAway { return nil }
      let oldest = isFull ? guests.min { $0.value.lastAnswer < $1.value.lastAnswer } : nil
      if let oldest { guests[oldest.key] = nil }
      guests[ObjectIdentifier(channel)] = Guest(channel: channel, lastAnswer: .now())
      return oldest?.value.channel
    }
    leaving?.pipeline.fireUserInboundEventTriggered(ConnectionMustEnd())
  }

  /// Closes a connection that has come and was not taken in.
  @Sendable func turnAway(_ channel: any Channel) -> EventLoopFuture<Void> {
    let isIn = guests.withLock { $0[ObjectIdentifier(channel)] != nil }
    return isIn ? channel.eventLoop.makeSucceededVoidFuture() : channel.close()
  }

  /// Tells all connections that are there that the server will end.
  func announceEnd() {
    for guest in guests.withLock({ Array($0.values) }) {
      guest.channel.pipeline.fireUserInboundEventTriggered(ServerWillEnd())
    }
  }

  /// Closes all that are there after a time, for a server that ends: a client that does not let go would hold it up.
  func closeAll(after time: Duration) {
    Task {
      try await Task.sleep(for: time)
      for guest in guests.withLock({ Array($0.values) }) {
        guest.channel.pipeline.fireUserInboundEventTriggered(ConnectionMustEnd())
      }
    }
  }

  func noteAnswer(_ channel: any Channel) {
    guests.withLock { $0[ObjectIdentifier(channel)]?.lastAnswer = .now() }
  }

  func leave(_ channel: any Channel) { guests.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) } }
}

/// The server still serves, but whoever has a choice should go elsewhere.
struct ServerWillEnd: Sendable {}

/// A connection ends at once, whatever its client has not taken yet.
struct ConnectionMustEnd: Sendable {}

/// Tells the room about its connection, and ends it when the room wants it to.
final class ConnectionRoomHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any
  typealias OutboundIn = Any
  typealias OutboundOut = Any

  private let room: ConnectionRoom

  init(_ room: ConnectionRoom) {
    self.room = room
  }

  func handlerAdded(context: ChannelHandlerContext) { room.enter(context.channel) }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    room.noteAnswer(context.channel)
    context.write(data, promise: promise)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if event is ConnectionMustEnd { context.close(promise: nil) } else { context.fireUserInboundEventTriggered(event) }
  }

  func channelInactive(context: ChannelHandlerContext) {
    room.leave(context.channel)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { room.leave(context.channel) }
}

import NIOCore
import Synchronization

/// Keeps a number of connections; a further one takes the place of the one that has gone longest without an answer.
///
/// Turning the newcomer away instead would let connections that never ask for anything keep out those that do.
final class ConnectionRoom: Sendable {
  private struct Guest {
    let channel: any Channel
    var lastAnswer: NIODeadline
  }

  private let guests = Mutex<[ObjectIdentifier: Guest]>([:])
  private let most: Int

  /// - Parameters:
  ///   - most: how many it keeps; any number, unless it is said.
  init(_ most: Int = .max) {
    self.most = most
  }

  func enter(_ channel: any Channel) {
    let leaving = guests.withLock { guests -> (any Channel)? in
      let oldest =
        guests.count < most ? nil : guests.min { $0.value.lastAnswer < $1.value.lastAnswer }
      if let oldest { guests[oldest.key] = nil }
      guests[ObjectIdentifier(channel)] = Guest(channel: channel, lastAnswer: .now())
      return oldest?.value.channel
    }
    leaving?.close(promise: nil)
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
      for guest in guests.withLock({ Array($0.values) }) { guest.channel.close(promise: nil) }
    }
  }

  func noteAnswer(_ channel: any Channel) {
    guests.withLock { $0[ObjectIdentifier(channel)]?.lastAnswer = .now() }
  }

  func leave(_ channel: any Channel) { guests.withLock { _ = $0.removeValue(forKey: ObjectIdentifier(channel)) } }
}

/// The server still serves, but whoever has a choice should go elsewhere.
struct ServerWillEnd: Sendable {}

/// Tells the room about its connection.
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

  func channelInactive(context: ChannelHandlerContext) {
    room.leave(context.channel)
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { room.leave(context.channel) }
}

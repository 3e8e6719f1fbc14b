import NIOCore

/// Closes a connection on which nothing has come for a time.
///
/// It looks at bytes, not at what they mean: a client that never says what it wants has no request that could be late, and
/// the HTTP/2 handlers' own limits wait for a client to answer that it is about to be cut off.
final class SilenceHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any

  private let longest: TimeAmount
  private var lastRead = NIODeadline.now()
  private var timer: Scheduled<Void>?

  init(_ longest: TimeAmount) {
    self.longest = longest
  }

  /// For requests that may take until a deadline, on connections that may be idle for a time.
  convenience init(idle: Duration, deadline: Duration) {
    self.init(TimeAmount(max(idle, deadline + Self.allowance)))
  }

  private static let allowance = Duration.seconds(2)

  func handlerAdded(context: ChannelHandlerContext) { schedule(context.channel, in: longest) }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastRead = .now()
    context.fireChannelRead(data)
  }

  /// One timer that looks again, instead of a new one for every read.
  private func schedule(_ channel: any Channel, in time: TimeAmount) {
    timer = channel.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
      let left = lastRead + longest - NIODeadline.now()
      if left <= .zero { channel.close(promise: nil) } else { schedule(channel, in: left) }
    }
  }
}

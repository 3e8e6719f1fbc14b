import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection after an answer that came before the end of the request, and says so in the answer.
///
/// Closing at once would make the system throw the answer away while the client is still sending, so what comes is read
/// and dropped for a moment first.
final class EarlyAnswerHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// Requests that have come whole, and answers that have begun: clients may send ahead.
  private var received = 0
  private var answered = 0
  private var isEarly = false
  private var isDropping = false
  private static let patience = TimeAmount.seconds(2)

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDropping else { return }
    if case .end = unwrapInboundIn(data) { received += 1 }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if isDropping { context.read() } else { context.fireChannelReadComplete() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      answered += 1
      isEarly = answered > received
      if isEarly, !Self.isStream(context.channel) { head.headerFields[.connection] = "close" }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end where isEarly: end(context, data, promise)
    default: context.write(data, promise: promise)
    }
  }

  /// Whether it is a stream within an HTTP/2 connection, which ends by itself.
  private static func isStream(_ channel: any Channel) -> Bool { channel.parent?.parent != nil }

  private func end(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
    isDropping = true
    let channel = context.channel
    context.writeAndFlush(data, promise: promise)
    context.read()
    context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
  }
}

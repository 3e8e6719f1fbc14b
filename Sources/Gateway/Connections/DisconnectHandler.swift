import NIOCore
import NIOHTTPTypes

/// Tells the work for a request that its client has gone.
///
/// A connection that closes, or whose other end stops sending while an answer is due, ends the work; a proxy in front
/// does the same when its own client leaves.
final class DisconnectHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let connections: Connections
  /// Whether a request has arrived whole and nothing has followed it.
  private var isComplete = false

  init(_ connections: Connections) {
    self.connections = connections
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .end = unwrapInboundIn(data) { isComplete = true } else { isComplete = false }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent, isComplete {
      connections.end(ObjectIdentifier(context.channel))
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    let key = ObjectIdentifier(context.channel)
    // Who breaks the rules of HTTP may still listen.
    if !isComplete, let refusal = Refusal(breach: error) {
      connections.refuse(key, refusal)
    } else {
      connections.end(key)
    }
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    connections.end(ObjectIdentifier(context.channel))
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) { connections.forget(ObjectIdentifier(context.channel)) }
}

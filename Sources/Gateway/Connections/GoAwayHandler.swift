import NIOCore

/// Has an HTTP/2 connection say GOAWAY as soon as it is known that the server will end: what has begun on it goes on, and
/// its client opens another one, here or elsewhere (RFC 9113, section 6.8).
///
/// Stands before the handlers of HTTP/2, which know how to end gracefully; HTTP/1.1 has `LastAnswerHandler`.
final class GoAwayHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    context.fireUserInboundEventTriggered(event is ServerWillEnd ? ChannelShouldQuiesceEvent() : event)
  }
}

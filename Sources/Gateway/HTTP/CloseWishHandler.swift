import NIOCore
import NIOHTTP1

/// Says in one way that a client wants its connection closed after the answer, however the client has said so.
///
/// Hummingbird (2.28.1) knows `Connection: close` byte for byte, and neither `Close`, nor a list with it, nor HTTP/1.0, which
/// closes unless told otherwise (RFC 9112, section 9.3). Stands behind the decoder of HTTP/1.1.
final class CloseWishHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard case .head(var head) = unwrapInboundIn(data), !head.isKeepAlive else { return context.fireChannelRead(data) }
    head.headers.replaceOrAdd(name: "Connection", value: "close")
    context.fireChannelRead(wrapInboundOut(.head(head)))
  }
}

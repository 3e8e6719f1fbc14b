import NIOCore

/// Ends a read that is cut off by the end of its connection, before that end is told.
///
/// `NIOHTTP2Handler` lists the streams that a read has touched until `channelReadComplete`, and streams hold the list's
/// owner. A connection that is closed within a read, as for too many resets, never sees the completion: its streams,
/// buffers and tables then hold each other for good (swift-nio-http2 1.46; its older `HTTP2StreamMultiplexer` clears the
/// list when it is removed, `InlineStreamMultiplexer` does not). Stands before that handler.
final class ReadCompletionHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any

  private var isReading = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    isReading = true
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    isReading = false
    context.fireChannelReadComplete()
  }

  func channelInactive(context: ChannelHandlerContext) {
    if isReading {
      isReading = false
      context.fireChannelReadComplete()
    }
    context.fireChannelInactive()
  }
}

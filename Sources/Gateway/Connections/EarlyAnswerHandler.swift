import NIOCore
import NIOHTTP2
import NIOHTTPTypes
import NIOHTTPTypesHTTP2

/// Ends a stream of HTTP/2 whose answer is complete before its request is: says that the client need not send the rest
/// (`RST_STREAM` with `NO_ERROR`: RFC 9113, section 8.1).
///
/// A stream's channel that is closed says `CANCEL`, and clients then think that there was no answer. Stands before all that waits
/// for an answer to be taken.
final class EarlyAnswerHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private var isReceived = false
  private var isAnswered = false

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .end = unwrapInboundIn(data) { isReceived = true }
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .end = unwrapOutboundIn(data) else { return context.write(data, promise: promise) }
    let sent = context.eventLoop.makePromise(of: Void.self)
    // Before anybody hears of it who waits to close the stream.
    sent.futureResult.assumeIsolated().whenSuccess { [self] in isAnswered = true }
    sent.futureResult.cascade(to: promise)
    context.write(data, promise: sent)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    if mode == .all, isAnswered, !isReceived, context.channel.isStream {
      context.triggerUserOutboundEvent(NIOHTTP2FramePayloadToHTTPEvent.reset(code: .noError), promise: nil)
    }
    context.close(mode: mode, promise: promise)
  }
}

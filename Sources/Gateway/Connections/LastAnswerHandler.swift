import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Closes a connection after the last answer on it, and says so in the answer: one that came before the end of its request, one of
/// which handlers behind it say that it is the last, and any while the server is about to end. What comes is dropped for a moment first
/// (see `LingeringClose`).
final class LastAnswerHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// Requests that have come whole, and answers that have begun: clients may send ahead.
  private var received = 0
  private var answered = 0
  private var isLast = false
  private var closing = LingeringClose()
  private let state: ServingState

  init(_ state: ServingState) {
    self.state = state
  }

  func handlerRemoved(context: ChannelHandlerContext) { _ = closing.end() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard closing.isOpen else { return }
    if case .end = unwrapInboundIn(data) { received += 1 }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if closing.isOpen { context.fireChannelReadComplete() } else { context.read() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    // Such as the framework's own answer to what it cannot read.
    guard closing.isOpen else {
      promise?.fail(ChannelError.outputClosed)
      return
    }
    switch unwrapOutboundIn(data) {
    case .head(var head):
      answered += 1
      let isStream = context.channel.isStream
      isLast =
        answered > received || !isStream && (state.isDraining || head.headerFields[.connection] == "close")
      if isLast, !isStream { head.headerFields[.connection] = "close" }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end where isLast: finish(context, data, promise)
    default: context.write(data, promise: promise)
    }
  }

  private func finish(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
    _ = closing.begin()
    let channel = context.channel
    context.writeAndFlush(data, promise: promise)
    // Who has sent the whole request has nothing more to say, and may wait for this end.
    if answered <= received { context.close(mode: .output, promise: nil) }
    closing.startDraining(on: context.eventLoop) { [self] in
      if closing.end() == .close { channel.close(promise: nil) }
    }
    context.read()
  }
}

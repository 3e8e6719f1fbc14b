import NIOCore

/// Has an HTTP/2 connection end politely. It says GOAWAY as soon as it is known that the server will end: what has begun on it
/// goes on, and its client opens another one, here or elsewhere (RFC 9113, section 6.8). Then its last answer arrives.
///
/// The handlers of HTTP/2 close a connection when its last stream counts as closed, which may be before the last frames have
/// been flushed, and before the client has taken them (see `LingeringClose`).
///
/// Stands before those handlers, and behind those that end a connection whatever its client has not taken; HTTP/1.1 has
/// `LastAnswerHandler`.
final class GoAwayHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any
  typealias OutboundIn = Any
  typealias OutboundOut = Any

  private var serverWillEnd = false
  private var closing = LingeringClose()

  func handlerRemoved(context: ChannelHandlerContext) { _ = closing.end() }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent {
      act(closing.clientEnds(), context)
      guard closing.isOpen else { return }
    }
    let isEnd = event is ServerWillEnd || event is ChannelShouldQuiesceEvent
    serverWillEnd = serverWillEnd || isEnd
    context.fireUserInboundEventTriggered(isEnd ? ChannelShouldQuiesceEvent() : event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if closing.isOpen { context.fireChannelRead(data) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    if !closing.isOpen { context.read() }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all else { return context.close(mode: mode, promise: promise) }
    context.flush()
    // A connection that ends for what its client did ends at once.
    guard serverWillEnd else { return context.close(promise: promise) }
    context.channel.closeFuture.cascade(to: promise)
    if closing.begin() { closeOutput(context) }
  }

  private func closeOutput(_ context: ChannelHandlerContext) {
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in
      act(closing.answerIsGone(isActive: context.channel.isActive), context)
    }
    // Done once everything before it has been taken.
    context.close(mode: .output, promise: taken)
  }

  private func act(_ action: LingeringClose.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .nothing: break
    case .drain:
      closing.startDraining(on: context.eventLoop) { [self] in act(closing.end(), context) }
      context.read()
    case .close: context.close(promise: nil)
    }
  }
}

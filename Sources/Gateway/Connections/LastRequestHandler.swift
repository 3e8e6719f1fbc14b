import NIOCore

/// Drops what comes after the last request of a connection of HTTP/1.1, and closes the connection a moment after the answer to it.
///
/// Nobody would take what comes: the decoder would keep it. Why not at once says `LingeringClose`; and a client that never ends would
/// otherwise be read for as long as a connection may be idle.
///
/// Stands before the decoder; `CloseWishHandler` behind it knows which request is the last.
final class LastRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any
  typealias OutboundIn = Any
  typealias OutboundOut = Any

  private var isOver = false
  private var closing = LingeringClose()
  /// Those who wait for the connection to be closed.
  private var waiting: [EventLoopPromise<Void>] = []

  /// The last request has come whole.
  func dropRest() { isOver = true }

  func handlerRemoved(context: ChannelHandlerContext) {
    _ = closing.end()
    closed(.success(()))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isOver { context.fireChannelRead(data) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    if !closing.isOpen { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent {
      act(closing.clientEnds(), context)
      guard closing.isOpen else { return }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard isOver, !closing.isClosed, mode != .input, mode != .output || closing.isOpen else {
      return context.close(mode: mode, promise: promise)
    }
    // Servers close both ways as soon as the answer is written.
    if mode == .all, let promise { waiting.append(promise) }
    if closing.begin() { closeOutput(context, mode == .output ? promise : nil) }
  }

  private func closeOutput(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in
      act(closing.answerIsGone(isActive: context.channel.isActive), context)
    }
    taken.futureResult.cascade(to: promise)
    // Done once everything before it has been taken.
    context.close(mode: .output, promise: taken)
  }

  private func act(_ action: LingeringClose.Action, _ context: ChannelHandlerContext) {
    switch action {
    case .nothing: break
    case .drain:
      closing.startDraining(on: context.eventLoop) { [self] in act(closing.end(), context) }
      context.read()
    case .close:
      let promise = context.eventLoop.makePromise(of: Void.self)
      promise.futureResult.assumeIsolated().whenComplete { [self] in closed($0) }
      context.close(mode: .all, promise: promise)
    }
  }

  private func closed(_ result: Result<Void, any Error>) {
    let waiting = waiting
    self.waiting = []
    for promise in waiting { promise.completeWith(result) }
  }
}

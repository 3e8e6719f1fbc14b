import NIOCore

/// Drops what comes after the last request of a connection of HTTP/1.1, and closes the connection a moment after the answer to it.
///
/// Nobody would take what comes: the decoder would keep it. Closing at once would make the system throw the answer away while
/// the client is still sending, and a client that never ends would otherwise be read for as long as a connection may be idle.
///
/// Stands before the decoder; `CloseWishHandler` behind it knows which request is the last.
final class LastRequestHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any
  typealias OutboundIn = Any
  typealias OutboundOut = Any

  private var isOver = false
  /// The answer is on its way, and nothing is sent behind it.
  private var isClosing = false
  /// The client sends no more.
  private var isEnded = false
  /// Those who wait for the connection to be closed.
  private var waiting: [EventLoopPromise<Void>] = []
  private var isClosed = false
  private var timer: Scheduled<Void>?
  private static let patience = TimeAmount.seconds(2)

  /// The last request has come whole.
  func dropRest() { isOver = true }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    closed(.success(()))
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isOver { context.fireChannelRead(data) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    if isClosing { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent {
      isEnded = true
      if isClosing { return finish(context) }
    }
    context.fireUserInboundEventTriggered(event)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard isOver, !isClosed, mode != .input, mode != .output || !isClosing else {
      return context.close(mode: mode, promise: promise)
    }
    // Servers close both ways as soon as the answer is written.
    if mode == .all, let promise { waiting.append(promise) }
    if !isClosing { endAnswer(context, mode == .output ? promise : nil) }
  }

  private func endAnswer(_ context: ChannelHandlerContext, _ promise: EventLoopPromise<Void>?) {
    isClosing = true
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in waitForClient(context) }
    taken.futureResult.cascade(to: promise)
    // Done once everything before it has been taken.
    context.close(mode: .output, promise: taken)
  }

  private func waitForClient(_ context: ChannelHandlerContext) {
    guard context.channel.isActive, !isEnded else { return finish(context) }
    context.read()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { [self] in finish(context) }
  }

  private func finish(_ context: ChannelHandlerContext) {
    guard !isClosed else { return }
    isClosed = true
    timer?.cancel()
    let promise = context.eventLoop.makePromise(of: Void.self)
    promise.futureResult.assumeIsolated().whenComplete { [self] in closed($0) }
    context.close(mode: .all, promise: promise)
  }

  private func closed(_ result: Result<Void, any Error>) {
    let waiting = waiting
    self.waiting = []
    for promise in waiting { promise.completeWith(result) }
  }
}

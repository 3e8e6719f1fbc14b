import NIOCore

/// Has an HTTP/2 connection end politely. It says GOAWAY as soon as it is known that the server will end: what has begun on it
/// goes on, and its client opens another one, here or elsewhere (RFC 9113, section 6.8). Then its last answer arrives.
///
/// The handlers of HTTP/2 close a connection when its last stream counts as closed, which may be before the last frames have
/// been flushed, and before the client has taken them. Closing while the client still has something to say would make the
/// system throw them away, so what comes is dropped for a moment, until the client ends as well.
///
/// Stands before those handlers, and behind those that end a connection whatever its client has not taken; HTTP/1.1 has
/// `LastAnswerHandler`.
final class GoAwayHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any
  typealias OutboundIn = Any
  typealias OutboundOut = Any

  private var serverWillEnd = false
  private var isClosing = false
  private var timer: Scheduled<Void>?
  private static let patience = TimeAmount.seconds(2)

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if isClosing, case ChannelEvent.inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
    let isEnd = event is ServerWillEnd || event is ChannelShouldQuiesceEvent
    serverWillEnd = serverWillEnd || isEnd
    context.fireUserInboundEventTriggered(isEnd ? ChannelShouldQuiesceEvent() : event)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isClosing { context.fireChannelRead(data) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    if isClosing { context.read() }
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all else { return context.close(mode: mode, promise: promise) }
    context.flush()
    // A connection that ends for what its client did ends at once.
    guard serverWillEnd else { return context.close(promise: promise) }
    context.channel.closeFuture.cascade(to: promise)
    if !isClosing { closePolitely(context) }
  }

  private func closePolitely(_ context: ChannelHandlerContext) {
    isClosing = true
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in waitForClient(context) }
    // Done once everything before it has been taken.
    context.close(mode: .output, promise: taken)
  }

  private func waitForClient(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    context.read()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
  }
}

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
  private var isClosing = false
  private var timer: Scheduled<Void>?
  private static let patience = TimeAmount.seconds(2)

  /// The last request has come whole.
  func dropRest() { isOver = true }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if !isOver { context.fireChannelRead(data) }
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    context.fireChannelReadComplete()
    if isClosing { context.read() }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if isClosing, case ChannelEvent.inputClosed? = event as? ChannelEvent { return context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .output, isOver, !isClosing else { return context.close(mode: mode, promise: promise) }
    isClosing = true
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in waitForClient(context) }
    taken.futureResult.cascade(to: promise)
    // Done once everything before it has been taken.
    context.close(mode: .output, promise: taken)
  }

  private func waitForClient(_ context: ChannelHandlerContext) {
    guard context.channel.isActive else { return }
    context.read()
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: Self.patience) { context.close(promise: nil) }
  }
}

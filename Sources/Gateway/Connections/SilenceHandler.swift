import NIOCore

/// Closes a connection on which nothing has come for a time, or whose other end has taken nothing for that time of what was
/// written.
///
/// It looks at bytes, not at what they mean: a client that never says what it wants has no request that could be late, and
/// the HTTP/2 handlers' own limits wait for a client to answer that it is about to be cut off. A client that reads an answer
/// has nothing to say meanwhile, so what it takes counts like what it sends; while something waits for it, that alone counts.
final class SilenceHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = Any
  typealias InboundOut = Any
  typealias OutboundIn = IOData
  typealias OutboundOut = IOData

  private let longest: TimeAmount
  private var lastSign = NIODeadline.now()
  private var untaken: UntakenWrites
  private var timer: Scheduled<Void>?

  init(_ longest: TimeAmount) {
    self.longest = longest
    untaken = UntakenWrites(patience: longest)
  }

  /// For requests that may take until a deadline, on connections that may be idle for a time.
  convenience init(idle: Duration, deadline: Duration) {
    self.init(TimeAmount(max(idle, deadline + Self.allowance)))
  }

  private static let allowance = Duration.seconds(2)

  func handlerAdded(context: ChannelHandlerContext) { schedule(context, in: longest) }

  func handlerRemoved(context: ChannelHandlerContext) { timer?.cancel() }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    lastSign = .now()
    context.fireChannelRead(data)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .byteBuffer(let buffer) = unwrapOutboundIn(data) else { return writePiece(context, data, promise) }
    let pieces = buffer.pieces
    for piece in pieces.dropLast() { writePiece(context, wrapOutboundOut(.byteBuffer(piece)), nil) }
    if let last = pieces.last { writePiece(context, wrapOutboundOut(.byteBuffer(last)), promise) }
  }

  private func writePiece(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.cascade(to: promise)
    untaken.add(at: .now())
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in
      lastSign = .now()
      untaken.remove(at: lastSign)
    }
    context.write(data, promise: taken)
  }

  /// One timer that looks again, instead of a new one for every read.
  private func schedule(_ context: ChannelHandlerContext, in time: TimeAmount) {
    timer = context.eventLoop.assumeIsolated().scheduleTask(in: time) { [self] in
      let left = (untaken.end ?? lastSign + longest) - NIODeadline.now()
      if left <= .zero { context.close(promise: nil) } else { schedule(context, in: min(left, longest)) }
    }
  }
}

import NIOCore
import NIOHTTP2
import NIOHTTPTypes

/// Ends a connection or a stream whose answer its client does not take, and lets nobody end one while its client takes it.
///
/// A client may let a call be answered and give the answer no room for ever: whatever else it sends, that call would never
/// end. And one that reads slowly is not to lose the rest of its answer because it has nothing more to say.
final class UntakenAnswerHandler<Part>: ChannelOutboundHandler, RemovableChannelHandler {
  typealias OutboundIn = Part
  typealias OutboundOut = Part

  private let pieces: (Part) -> [Part]
  private var untaken: UntakenWrites
  private var context: ChannelHandlerContext?
  private var timer: Scheduled<Void>?
  /// The end that somebody wants and that waits for the client.
  private var end: EventLoopPromise<Void>?

  private init(_ idle: Duration, _ pieces: @escaping (Part) -> [Part]) {
    untaken = UntakenWrites(patience: TimeAmount(idle))
    self.pieces = pieces
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    timer?.cancel()
    end?.succeed()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let pieces = pieces(unwrapOutboundIn(data))
    for piece in pieces.dropLast() { write(context, piece, nil) }
    if let last = pieces.last { write(context, last, promise) }
  }

  private func write(_ context: ChannelHandlerContext, _ piece: Part, _ promise: EventLoopPromise<Void>?) {
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.cascade(to: promise)
    untaken.add(at: .now())
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in take() }
    context.write(wrapOutboundOut(piece), promise: taken)
  }

  func flush(context: ChannelHandlerContext) {
    context.flush()
    watch()
  }

  func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
    guard mode == .all, !untaken.isEmpty else { return context.close(mode: mode, promise: promise) }
    let end = end ?? context.eventLoop.makePromise()
    self.end = end
    end.futureResult.cascade(to: promise)
    flush(context: context)
  }

  private func take() {
    untaken.remove(at: .now())
    guard untaken.isEmpty else { return }
    timer?.cancel()
    timer = nil
    if end != nil { closeNow() }
  }

  private func watch() {
    guard timer == nil, let time = untaken.end, let context else { return }
    timer = context.eventLoop.assumeIsolated().scheduleTask(deadline: time) { [self] in
      timer = nil
      guard let time = untaken.end else { return }
      if time <= .now() { closeNow() } else { watch() }
    }
  }

  private func closeNow() {
    let promise = end
    end = nil
    if let context { context.close(promise: promise) } else { promise?.succeed() }
  }
}

extension UntakenAnswerHandler where Part == HTTPResponsePart {
  /// - Parameters:
  ///   - idle: how long nothing may be taken.
  convenience init(idle: Duration) {
    self.init(idle) { part in
      guard case .body(let bytes) = part else { return [part] }
      return bytes.pieces.map { .body($0) }
    }
  }
}

extension UntakenAnswerHandler where Part == HTTP2Frame.FramePayload {
  /// - Parameters:
  ///   - idle: how long nothing may be taken.
  convenience init(idle: Duration) {
    self.init(idle) { part in
      guard case .data(var last) = part, case .byteBuffer(let bytes) = last.data else { return [part] }
      var pieces = bytes.pieces
      last.data = .byteBuffer(pieces.removeLast())
      return pieces.map { .data(.init(data: .byteBuffer($0))) } + [.data(last)]
    }
  }
}

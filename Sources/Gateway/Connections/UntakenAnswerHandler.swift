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

  private let byteCount: (Part) -> Int
  private var untaken: UntakenWrites
  private var context: ChannelHandlerContext?
  private var timer: Scheduled<Void>?
  /// The end that somebody wants and that waits for the client.
  private var end: EventLoopPromise<Void>?

  private init(_ idle: Duration, _ byteCount: @escaping (Part) -> Int) {
    untaken = UntakenWrites(patience: TimeAmount(idle))
    self.byteCount = byteCount
  }

  func handlerAdded(context: ChannelHandlerContext) { self.context = context }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    timer?.cancel()
    end?.succeed()
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    let count = byteCount(unwrapOutboundIn(data))
    let taken = context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.cascade(to: promise)
    untaken.add(count, at: .now())
    taken.futureResult.assumeIsolated().whenComplete { [self] _ in take(count) }
    context.write(data, promise: taken)
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

  private func take(_ count: Int) {
    untaken.remove(count, at: .now())
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
      if case .body(let bytes) = part { bytes.readableBytes } else { 0 }
    }
  }
}

extension UntakenAnswerHandler where Part == HTTP2Frame.FramePayload {
  /// - Parameters:
  ///   - idle: how long nothing may be taken.
  convenience init(idle: Duration) {
    self.init(idle) { part in
      if case .data(let content) = part { content.data.readableBytes } else { 0 }
    }
  }
}

import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore

/// A connection without TLS that speaks HTTP/1.1 or, from its first bytes on, HTTP/2 (RFC 9113, prior knowledge).
struct PlaintextChannel: ServerChildChannel {
  let http1: HTTP1Channel
  let http2: HTTP2Channel
  /// How long the first bytes may take.
  let patience: TimeAmount

  enum Version: Sendable {
    case http1(HTTP1Channel.Value)
    case http2(HTTP2Channel.Value)
  }

  struct Value: ServerChildChannelValue {
    let version: EventLoopFuture<Version>
    let channel: any Channel
  }

  func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let promise = channel.eventLoop.makePromise(of: Version.self)
      let sniffer = PrefaceSniffer(patience) { isHTTP2 in
        let version =
          isHTTP2
          ? http2.setup(channel: channel, logger: logger).map { Version.http2($0) }
          : http1.setup(channel: channel, logger: logger).map { Version.http1($0) }
        version.cascade(to: promise)
      } onEnd: {
        promise.fail(ChannelError.inputClosed)
      }
      try channel.pipeline.syncOperations.addHandler(sniffer)
      return Value(version: promise.futureResult, channel: channel)
    }
  }

  func handle(value: Value, logger: Logger) async {
    switch try? await value.version.get() {
    case .http1(let connection): await http1.handle(value: connection, logger: logger)
    case .http2(let connection): await http2.handle(value: connection, logger: logger)
    case nil: try? await value.channel.close()
    }
  }
}

/// Looks at the first bytes of a connection, sets up the pipeline that they ask for, and steps aside.
final class PrefaceSniffer: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  private let patience: TimeAmount
  private let decide: (Bool) -> Void
  private let onEnd: () -> Void
  private var received = ByteBuffer()
  private var isDecided = false
  private var timer: Scheduled<Void>?

  init(_ patience: TimeAmount, _ decide: @escaping (Bool) -> Void, onEnd: @escaping () -> Void) {
    self.patience = patience
    self.decide = decide
    self.onEnd = onEnd
  }

  func handlerAdded(context: ChannelHandlerContext) {
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDecided else { return context.fireChannelRead(data) }
    var part = unwrapInboundIn(data)
    received.writeBuffer(&part)
    let common = min(received.readableBytes, Self.preface.count)
    let agrees = received.readableBytesView.prefix(common).elementsEqual(Self.preface.prefix(common))
    guard !agrees || common == Self.preface.count else { return }
    isDecided = true
    timer?.cancel()
    decide(agrees)
    context.fireChannelRead(wrapInboundOut(received))
    context.fireChannelReadComplete()
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // Nothing more will come, or the server is ending and nothing has begun.
    if !isDecided, event is ChannelShouldQuiesceEvent || (event as? ChannelEvent) == .inputClosed {
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func end() {
    timer?.cancel()
    if !isDecided {
      isDecided = true
      onEnd()
    }
  }
}

import Hummingbird
import HummingbirdCore
import HummingbirdHTTP2
import HummingbirdTLS
import Logging
import NIOCore
import NIOHTTP1
import NIOSSL

/// A connection that speaks HTTP/1.1 or, as its first bytes tell, HTTP/2 (RFC 9113, section 3.3).
///
/// What is negotiated within TLS shows in the first bytes as well, so one way serves connections with TLS and without.
/// Nothing is set up before somebody handles the connection: the framework's channels end the process when they are
/// dropped unhandled, as happens to connections that come while a server ends.
package struct EitherHTTPChannel: ServerChildChannel {
  private let http1: HTTP1Channel
  private let http2: WideHTTP2Channel
  /// How long the first bytes may take.
  private let patience: TimeAmount
  /// What watches over each connection, whatever it speaks.
  private let guards: @Sendable () -> [any ChannelHandler]

  package enum Version: Sendable {
    case http1(HTTP1Channel.Value)
    case http2(WideHTTP2Channel.Value)
  }

  package struct Value: ServerChildChannelValue {
    fileprivate let sniffer: NIOLoopBound<PrefaceSniffer<Version>>
    package let channel: any Channel
  }

  package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let sniffer = PrefaceSniffer<Version>(channel.eventLoop.makePromise(), patience) { isHTTP2 in
        isHTTP2 ? setUpHTTP2(channel, logger) : setUpHTTP1(channel, logger)
      }
      try channel.pipeline.syncOperations.addHandlers(guards() + [sniffer])
      return Value(sniffer: NIOLoopBound(sniffer, eventLoop: channel.eventLoop), channel: channel)
    }
  }

  private func setUpHTTP1(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Version> {
    http1.setup(channel: channel, logger: logger).flatMapThrowing { connection in
      let pipeline = channel.pipeline.syncOperations
      let decoder = try pipeline.context(handlerType: ByteToMessageHandler<HTTPRequestDecoder>.self).handler
      let bytes = LastRequestHandler()
      try pipeline.addHandler(bytes, position: .before(decoder))
      try pipeline.addHandler(CloseWishHandler(bytes), position: .after(decoder))
      return Version.http1(connection)
    }
  }

  private func setUpHTTP2(_ channel: any Channel, _ logger: Logger) -> EventLoopFuture<Version> {
    channel.eventLoop.makeCompletedFuture {
      try channel.pipeline.syncOperations.addHandlers([ReadCompletionHandler(), GoAwayHandler()])
    }.flatMap { http2.setup(channel: channel, logger: logger) }.map { Version.http2($0) }
  }

  package func handle(value: Value, logger: Logger) async {
    let version = value.channel.eventLoop.flatSubmit { value.sniffer.value.begin() }
    switch try? await version.get() {
    case .http1(let connection): await http1.handle(value: connection, logger: logger)
    case .http2(let connection): await http2.handle(value: connection, logger: logger)
    case nil: try? await value.channel.close()
    }
  }

  /// Builds servers of such connections.
  ///
  /// - Parameters:
  ///   - tls: `nil` for connections without.
  /// - Throws: what the TLS library says about the configuration.
  package static func server(
    _ channels: HTTP1Channel.Configuration, http2: HTTP2ChannelConfiguration, patience: TimeAmount,
    tls: TLSConfiguration? = nil, guards: @autoclosure @escaping @Sendable () -> [any ChannelHandler] = []
  ) -> HTTPServerBuilder {
    HTTPServerBuilder { responder in
      let streams = HTTP1Channel(responder: responder, configuration: http2.streamConfiguration)
      let either = EitherHTTPChannel(
        http1: HTTP1Channel(responder: responder, configuration: channels),
        http2: WideHTTP2Channel(streams: streams, configuration: http2), patience: patience, guards: guards)
      guard var tls else { return either }
      tls.applicationProtocols = ["h2", "http/1.1"]
      return try TLSChannel(either, tlsConfiguration: tls)
    }
  }
}

/// Looks at the first bytes of a connection, sets up the pipeline that they ask for, and steps aside.
private final class PrefaceSniffer<Version: Sendable>: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = ByteBuffer
  typealias InboundOut = ByteBuffer

  private let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)
  private let promise: EventLoopPromise<Version>
  private let patience: TimeAmount
  private let setUp: (_ isHTTP2: Bool) -> EventLoopFuture<Version>
  private var context: ChannelHandlerContext?
  private var received = ByteBuffer()
  private var isAwaited = false
  private var isDecided = false
  /// The client sends no more, and what it has sent has not been looked at.
  private var isEnded = false
  private var timer: Scheduled<Void>?

  init(
    _ promise: EventLoopPromise<Version>, _ patience: TimeAmount,
    _ setUp: @escaping (_ isHTTP2: Bool) -> EventLoopFuture<Version>
  ) {
    self.promise = promise
    self.patience = patience
    self.setUp = setUp
  }

  /// Somebody waits for the connection: from now on it may be set up.
  func begin() -> EventLoopFuture<Version> {
    isAwaited = true
    decide()
    return promise.futureResult
  }

  func handlerAdded(context: ChannelHandlerContext) {
    self.context = context
    let channel = context.channel
    timer = context.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) }
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    self.context = nil
    end()
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDecided else { return context.fireChannelRead(data) }
    var part = unwrapInboundIn(data)
    received.writeBuffer(&part)
    decide()
  }

  private func decide() {
    guard isAwaited, !isDecided, let context, received.readableBytes > 0 else { return }
    let common = min(received.readableBytes, preface.count)
    let agrees = received.readableBytesView.prefix(common).elementsEqual(preface.prefix(common))
    guard !agrees || common == preface.count else {
      if isEnded { context.close(promise: nil) }
      return
    }
    isDecided = true
    timer?.cancel()
    setUp(agrees).cascade(to: promise)
    context.fireChannelRead(wrapInboundOut(received))
    context.fireChannelReadComplete()
    if isEnded { context.fireUserInboundEventTriggered(ChannelEvent.inputClosed) }
    context.pipeline.syncOperations.removeHandler(self, promise: nil)
  }

  func channelInactive(context: ChannelHandlerContext) {
    end()
    context.fireChannelInactive()
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    let isEnd = (event as? ChannelEvent) == .inputClosed
    // Who has sent a request and ends at once waits for an answer.
    if !isDecided, !isAwaited, isEnd, received.readableBytes > 0 {
      isEnded = true
      return
    }
    // Nothing more will come, or the server is ending and nothing has begun.
    if !isDecided, event is ChannelShouldQuiesceEvent || isEnd {
      context.close(promise: nil)
    }
    context.fireUserInboundEventTriggered(event)
  }

  private func end() {
    timer?.cancel()
    if !isDecided {
      isDecided = true
      promise.fail(ChannelError.inputClosed)
    }
  }
}

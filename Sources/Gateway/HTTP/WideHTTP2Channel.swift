import HummingbirdCore
import HummingbirdHTTP2
import Logging
import NIOCore
import NIOHTTP2
import NIOHTTPTypesHTTP2

/// A connection that speaks HTTP/2, with room for an image on its way.
///
/// Hummingbird's own channel (2.28.1) has no setting for windows: each connection, and each stream of it, gets no more than 64 kB
/// on its way at a time, so that an upload takes a round trip for each. This one differs in nothing else. Its streams are
/// answered like connections of HTTP/1.1, each with one request.
package struct WideHTTP2Channel: ServerChildChannel {
  /// What may be on its way to a connection, and to a stream.
  private static let window = 1 << 20

  private let streams: HTTP1Channel
  private let configuration: HTTP2ChannelConfiguration

  package struct Value: ServerChildChannelValue {
    fileprivate let streams: NIOHTTP2Handler.AsyncStreamMultiplexer<HTTP1Channel.Value>
    package let channel: any Channel
  }

  /// - Parameters:
  ///   - streams: what answers on a stream; it has the stream configuration.
  init(streams: HTTP1Channel, configuration: HTTP2ChannelConfiguration) {
    self.streams = streams
    self.configuration = configuration
  }

  package func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
    channel.eventLoop.makeCompletedFuture {
      let pipeline = channel.pipeline.syncOperations
      let streams = try pipeline.configureAsyncHTTP2Pipeline(
        mode: .server, connectionManagerConfiguration: lifetime, http2HandlerConfiguration: Self.protocolConfiguration
      ) { stream in
        setUpStream(stream, logger)
      }
      try pipeline.addHandler(ConnectionEndHandler())
      // The connection has been active for a while; the library's timers begin when they hear of that.
      try pipeline.context(handlerType: NIOHTTP2Handler.self).fireChannelActive()
      return Value(streams: streams, channel: channel)
    }
  }

  private var lifetime: NIOHTTP2ServerConnectionManagementHandler.Configuration {
    NIOHTTP2ServerConnectionManagementHandler.Configuration(
      maxIdleTime: configuration.idleTimeout.map { TimeAmount($0) },
      maxAge: configuration.maxAgeTimeout.map { TimeAmount($0) },
      maxGraceTime: configuration.gracefulCloseTimeout.map { TimeAmount($0) }, keepalive: nil)
  }

  private static var protocolConfiguration: NIOHTTP2Handler.Configuration {
    var configuration = NIOHTTP2Handler.Configuration()
    configuration.connection.initialSettings.append(HTTP2Setting(parameter: .initialWindowSize, value: window))
    configuration.connection.targetWindowSize = window
    configuration.stream.targetWindowSize = window
    return configuration
  }

  private func setUpStream(_ stream: any Channel, _ logger: Logger) -> EventLoopFuture<HTTP1Channel.Value> {
    stream.eventLoop.makeCompletedFuture {
      let pipeline = stream.pipeline.syncOperations
      let configuration = streams.configuration
      try pipeline.addHandler(HTTP2FramePayloadToHTTPServerCodec())
      try pipeline.addHandlers(configuration.additionalChannelHandlers())
      try pipeline.addHandler(
        HTTPConnectionStateHandler(idleTimeout: configuration.idleTimeout.map { Duration($0) }, logger: logger))
      return try HTTP1Channel.Value(wrappingChannelSynchronously: stream)
    }
  }

  package func handle(value: Value, logger: Logger) async {
    try? await withThrowingDiscardingTaskGroup { group in
      for try await stream in value.streams.inbound {
        group.addTask { await streams.handle(value: stream, logger: logger) }
      }
    }
  }
}

/// Ends a connection of HTTP/2 on which an error has come to light that is not one of a stream, or to which nothing more will come.
private final class ConnectionEndHandler: ChannelInboundHandler {
  typealias InboundIn = HTTP2Frame

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent { context.close(promise: nil) }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    if !NIOHTTP2Errors.isOfStream(error) { context.close(promise: nil) }
  }
}

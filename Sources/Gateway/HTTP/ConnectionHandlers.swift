import HTTPTypes
import NIOCore
import NIOHTTPTypes
import Synchronization

/// Tells the work for a request that its client has gone.
///
/// A connection that closes, or whose other end stops sending while an answer is due, ends the work; a proxy in front
/// does the same when its own client leaves.
final class DisconnectHandler: ChannelInboundHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart

  private let connections: Connections
  /// Whether a request has arrived whole and nothing has followed it.
  private var isComplete = false

  init(_ connections: Connections) {
    self.connections = connections
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .end = unwrapInboundIn(data) { isComplete = true } else { isComplete = false }
    context.fireChannelRead(data)
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if case ChannelEvent.inputClosed? = event as? ChannelEvent, isComplete {
      connections.end(ObjectIdentifier(context.channel))
    }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    connections.end(ObjectIdentifier(context.channel))
    context.fireErrorCaught(error)
  }

  func channelInactive(context: ChannelHandlerContext) {
    connections.end(ObjectIdentifier(context.channel))
    context.fireChannelInactive()
  }
}

/// The work that is going on for connections, one request at a time on each.
final class Connections: Sendable {
  private let cancels = Mutex<[ObjectIdentifier: @Sendable () -> Void]>([:])

  /// Runs work as a task that ends with its connection.
  ///
  /// - Throws: what the work throws; `CancellationError` where it noticed that the client has gone.
  func serve<Result: Sendable>(
    _ channel: any Channel, _ work: @escaping @Sendable () async throws -> Result
  ) async throws -> Result {
    let key = ObjectIdentifier(channel)
    let task = Task { try await work() }
    cancels.withLock { $0[key] = { task.cancel() } }
    defer { _ = cancels.withLock { $0.removeValue(forKey: key) } }
    if !channel.isActive { task.cancel() }
    return try await withTaskCancellationHandler {
      try await task.value
    } onCancel: {
      task.cancel()
    }
  }

  func end(_ key: ObjectIdentifier) { cancels.withLock { $0[key] }?() }
}

/// Closes a connection after an answer that came before the end of the request, and says so in the answer.
///
/// Closing at once would make the system throw the answer away while the client is still sending, so what comes is read
/// and dropped for a moment first.
final class EarlyAnswerHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  /// Requests that have come whole, and answers that have begun: clients may send ahead.
  private var received = 0
  private var answered = 0
  private var isEarly = false
  private var isDropping = false
  private static let patience = TimeAmount.seconds(2)

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isDropping else { return }
    if case .end = unwrapInboundIn(data) { received += 1 }
    context.fireChannelRead(data)
  }

  func channelReadComplete(context: ChannelHandlerContext) {
    if isDropping { context.read() } else { context.fireChannelReadComplete() }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      answered += 1
      isEarly = answered > received
      if isEarly, !Self.isStream(context.channel) { head.headerFields[.connection] = "close" }
      context.write(wrapOutboundOut(.head(head)), promise: promise)
    case .end where isEarly: end(context, data, promise)
    default: context.write(data, promise: promise)
    }
  }

  /// Whether it is a stream within an HTTP/2 connection, which ends by itself.
  private static func isStream(_ channel: any Channel) -> Bool { channel.parent?.parent != nil }

  private func end(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
    isDropping = true
    let channel = context.channel
    context.writeAndFlush(data, promise: promise)
    context.read()
    context.eventLoop.scheduleTask(in: Self.patience) { channel.close(promise: nil) }
  }
}

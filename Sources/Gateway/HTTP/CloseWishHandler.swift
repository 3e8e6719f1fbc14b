import NIOCore
import NIOHTTP1

/// Knows the last request of a connection of HTTP/1.1, says `Connection: close` of it to whoever answers it, and in the answer
/// to the client.
///
/// The last is one whose client wants the connection closed, however it has said so: Hummingbird (2.28.1) knows `Connection: close`
/// byte for byte, and neither `Close`, nor a list with it, nor HTTP/1.0, which closes unless told otherwise (RFC 9112, section 9.3).
/// The last is also one that asks for another protocol, because SwiftNIO's parser (2.101.2) reads nothing behind it and its decoder
/// keeps whatever comes. The parser takes `Proxy-Connection` for `Connection`, so every `Upgrade` counts.
///
/// Stands behind the decoder of HTTP/1.1.
final class CloseWishHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPServerRequestPart
  typealias InboundOut = HTTPServerRequestPart
  typealias OutboundIn = HTTPServerResponsePart
  typealias OutboundOut = HTTPServerResponsePart

  private let bytes: LastRequestHandler
  private var received = 0
  private var answered = 0
  /// The number of the last request.
  private var last: Int?
  /// Whether the last request has come whole.
  private var isOver = false
  /// Whether its client may think that the end of what it sends is that of a body: with HTTP/1.0, and no length.
  private var isEndless = false

  /// - Parameters:
  ///   - bytes: what stands before the decoder.
  init(_ bytes: LastRequestHandler) {
    self.bytes = bytes
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    switch unwrapInboundIn(data) {
    case .head(var head):
      received += 1
      // RFC 9110, section 10.1.1: such a client would take the go-ahead for the answer.
      if head.version == .http1_0 { head.headers.remove(name: "Expect") }
      if Self.isLast(head) {
        last = received
        isEndless = Self.isEndless(head)
        head.headers.replaceOrAdd(name: "Connection", value: "close")
      }
      return context.fireChannelRead(wrapInboundOut(.head(head)))
    case .body: break
    case .end where last != nil:
      isOver = true
      bytes.dropRest()
    case .end: break
    }
    context.fireChannelRead(data)
  }

  private static func isLast(_ head: HTTPRequestHead) -> Bool {
    !head.isKeepAlive || head.method == .CONNECT || head.headers.contains(name: "Upgrade")
  }

  private static func isEndless(_ head: HTTPRequestHead) -> Bool {
    let names = ["Content-Length", "Transfer-Encoding"]
    return head.version == .http1_0 && head.method != .GET && !names.contains { head.headers.contains(name: $0) }
  }

  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    // It has not gone: it waits for an answer.
    if isOver, isEndless, case ChannelEvent.inputClosed? = event as? ChannelEvent { return }
    context.fireUserInboundEventTriggered(event)
  }

  func errorCaught(context: ChannelHandlerContext, error: any Error) {
    // What followed the last request in the same read is no part of it.
    if !isOver { context.fireErrorCaught(error) }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .head(var head) = unwrapOutboundIn(data), !(100..<200).contains(head.status.code) else {
      return context.write(data, promise: promise)
    }
    answered += 1
    guard answered == last else { return context.write(data, promise: promise) }
    head.headers.replaceOrAdd(name: "Connection", value: "close")
    context.write(wrapOutboundOut(.head(head)), promise: promise)
  }
}

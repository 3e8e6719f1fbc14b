import Common
import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Tells clients that ask first (`Expect: 100-continue`, RFC 9110) to send their body, once somebody wants to read it, unless it is
/// too long or has begun to come: without it they wait a second before they send a photograph.
final class ContinueHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let most: Int
  /// Of each request that has begun and is not answered, oldest first, whether its client waits.
  private var waits: [Bool] = []

  init(most: Int) {
    self.most = most
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    if case .head(let head) = unwrapInboundIn(data) {
      waits.append(asks(head))
    } else if !waits.isEmpty {
      waits[waits.count - 1] = false
    }
    context.fireChannelRead(data)
  }

  private func asks(_ head: HTTPRequest) -> Bool {
    guard head.headerFields[.expect]?.lowercased().isSpelt("100-continue") == true else { return false }
    return (head.headerFields[.contentLength].flatMap { Int($0) } ?? 0) <= most
  }

  func triggerUserOutboundEvent(context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?) {
    guard event is BodyIsWanted else { return context.triggerUserOutboundEvent(event, promise: promise) }
    defer { promise?.succeed() }
    guard waits.first == true else { return }
    waits[0] = false
    context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    if case .end = unwrapOutboundIn(data), !waits.isEmpty { waits.removeFirst() }
    context.write(data, promise: promise)
  }
}

/// The body of the request that is being answered is about to be read.
struct BodyIsWanted: Sendable {}

import NIOCore
import NIOHPACK
import NIOHTTP2
import Synchronization

/// The calls to a model server that wait for their answers.
///
/// The library puts an answer together up to its full length before anybody hears of it. So its parts are counted on its stream,
/// which belongs to a call by a field of its own that goes no further.
final class RPCCalls: Sendable {
  /// A call, and whether there was room for its answer.
  final class Call: Sendable {
    let id: String
    private let received: @Sendable (Int) -> Bool
    private let isOver = Atomic<Bool>(false)

    fileprivate init(_ number: Int, _ received: @escaping @Sendable (Int) -> Bool) {
      id = "\(number)"
      self.received = received
    }

    var isExceeded: Bool { isOver.load(ordering: .acquiring) }

    /// - Returns: false where there is no room.
    fileprivate func takes(_ count: Int) -> Bool {
      guard !received(count) else { return true }
      isOver.store(true, ordering: .releasing)
      return false
    }
  }

  private struct State {
    var open: [String: Call] = [:]
    var lastNumber = 0
  }

  private let state = Mutex(State())

  /// The field by which a call says which one it is.
  static let field = "sluice-call"

  /// - Parameters:
  ///   - received: asked for each part of the answer; false ends the call.
  func begin(_ received: @escaping @Sendable (Int) -> Bool) -> Call {
    state.withLock { state in
      state.lastNumber += 1
      let call = Call(state.lastNumber, received)
      state.open[call.id] = call
      return call
    }
  }

  func end(_ call: Call) { state.withLock { $0.open[call.id] = nil } }

  fileprivate func call(_ id: String) -> Call? { state.withLock { $0.open[id] } }

  /// Has each new stream count what arrives on it.
  func watch() -> @Sendable (any Channel) -> EventLoopFuture<Void> {
    { stream in
      stream.eventLoop.makeCompletedFuture {
        try stream.pipeline.syncOperations.addHandler(RPCAnswerHandler(self), position: .first)
      }
    }
  }
}

/// Counts what arrives for a call, and ends it where there is no room.
private final class RPCAnswerHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias InboundOut = HTTP2Frame.FramePayload
  typealias OutboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private struct NoRoom: Error {}

  private let calls: RPCCalls
  private var call: RPCCalls.Call?
  private var isOver = false

  /// In the library's buffer, as the message that it hands on, decoded, and as tensors.
  private static let copies = 4

  init(_ calls: RPCCalls) {
    self.calls = calls
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard case .headers(var headers) = unwrapOutboundIn(data), let id = headers.headers.first(name: RPCCalls.field)
    else { return context.write(data, promise: promise) }
    call = calls.call(id)
    headers.headers.remove(name: RPCCalls.field)
    context.write(wrapOutboundOut(.headers(headers)), promise: promise)
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isOver else { return }
    if case .data(let part) = unwrapInboundIn(data), case .byteBuffer(let bytes) = part.data,
      let call, !call.takes(Self.copies * bytes.readableBytes)
    {
      isOver = true
      // The library ends the call for it, and the stream.
      context.fireErrorCaught(NoRoom())
      return
    }
    context.fireChannelRead(data)
  }
}

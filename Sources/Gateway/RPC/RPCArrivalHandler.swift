import Common
import NIOCore
import NIOHPACK
import NIOHTTP2

/// Looks at a call before the gRPC library does: refuses what the library cannot bear, and charges the call and its message
/// to the memory budget as they arrive.
///
/// The library puts messages together up to their full length before anybody hears of them; with as many calls as a
/// connection may have, that would be memory without a bound. A refusal is a status, as gRPC has it (trailers only): a
/// reset alone would look like a cancellation to the client. It is counted here, where it is known why.
final class RPCArrivalHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTP2Frame.FramePayload
  typealias InboundOut = HTTP2Frame.FramePayload
  typealias OutboundIn = HTTP2Frame.FramePayload
  typealias OutboundOut = HTTP2Frame.FramePayload

  private let charge: MemoryCharge
  private let census: ChannelCensus
  private let longestMessage: Int
  private let pace: Pace
  private let metrics: GatewayMetrics
  private let refused: RefusedCalls
  private let number: Int
  private let start = ContinuousClock.now
  private var route = RPCRoute.unknown
  private var lengths = MessageLengths()
  private var arrivedAtLastLook = 0
  private var isComplete = false
  private var isRefused = false
  private var isAnswered = false
  private var hasBegun = false
  private var timer: RepeatedTask?

  /// The message in the library's buffer, and as it is handed on.
  private static let copies = 2

  init(
    _ memory: MemoryBudget, _ census: ChannelCensus, _ metrics: GatewayMetrics, _ refused: RefusedCalls,
    longestMessage: Int, pace: Pace = .standard
  ) {
    charge = memory.arrival()
    self.census = census
    self.metrics = metrics
    self.refused = refused
    number = refused.number()
    self.longestMessage = longestMessage
    self.pace = pace
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    guard !isRefused else { return }
    switch unwrapInboundIn(data) {
    case .headers(var headers):
      guard headers.headers.allSatisfy({ HeadText.isTaken($0.name) && HeadText.isTaken($0.value) }) else {
        return refuse(context, .unreadableHead)
      }
      if !hasBegun { route = RPCRoute(path: headers.headers.first(name: ":path")) }
      guard RPCTimeout.keep(in: &headers.headers) else { return refuse(context, .malformedTimeout) }
      guard charge.grows(by: BodyChargeHandler.bytesPerRequest) else { return refuse(context, .noMemory) }
      guard hasBegun || census.admits(context.channel) else { return refuse(context, .tooManyCalls) }
      hasBegun = true
      if headers.endStream { end() } else { watch(context) }
      headers.headers.replaceOrAdd(name: RefusedCalls.field, value: "\(number)")
      return context.fireChannelRead(wrapInboundOut(.headers(headers)))
    case .data(let part):
      if let refusal = refusal(of: part) { return refuse(context, refusal) }
      if part.endStream { end() }
    default: break
    }
    context.fireChannelRead(data)
  }

  private func refusal(of part: HTTP2Frame.FramePayload.Data) -> RPCRefusal? {
    guard case .byteBuffer(let buffer) = part.data else { return nil }
    lengths.add(buffer.readableBytesView)
    guard lengths.longest <= longestMessage else { return .tooLong(longestMessage) }
    return charge.grows(by: Self.copies * buffer.readableBytes) ? nil : .noMemory
  }

  /// Nothing that arrives is waited for any more.
  private func end() {
    isComplete = true
    timer?.cancel()
  }

  private func watch(_ context: ChannelHandlerContext) {
    let bound = NIOLoopBound(self, eventLoop: context.eventLoop)
    let held = NIOLoopBound(context, eventLoop: context.eventLoop)
    let interval = TimeAmount(pace.interval)
    timer = context.eventLoop.scheduleRepeatedTask(initialDelay: interval, delay: interval) { _ in
      bound.value.look(held.value)
    }
  }

  private func look(_ context: ChannelHandlerContext) {
    guard !isComplete, !isRefused else { return }
    guard lengths.bytes - arrivedAtLastLook >= pace.bytes else { return refuse(context, .tooSlow(pace)) }
    arrivedAtLastLook = lengths.bytes
  }

  private func refuse(_ context: ChannelHandlerContext, _ refusal: RPCRefusal) {
    isRefused = true
    timer?.cancel()
    if !isAnswered { count(refusal) }
    context.write(wrapOutboundOut(.headers(.init(headers: refusal.trailers, endStream: true))), promise: nil)
    // Whoever still sends is told to stop; to whoever has sent all, the stream has ended already.
    if !isComplete { context.write(wrapOutboundOut(.rstStream(.noError)), promise: nil) }
    context.flush()
    // What the library has begun for the call ends as if the client had.
    if hasBegun { context.fireChannelRead(wrapInboundOut(.rstStream(.cancel))) }
    let connection = context.channel.parent
    context.close(promise: nil)
    if refusal.endsConnection { connection?.close(promise: nil) }
  }

  private func count(_ refusal: RPCRefusal) {
    metrics.noteRequest(route.rawValue, refusal.outcome, seconds: start.duration(to: .now).seconds)
    if hasBegun { refused.add(number) }
  }

  /// That the server will end is no reason to break off a call that has begun, and the library would cancel it. What bounds the
  /// drain are its connection and the room.
  func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
    if !(event is ChannelShouldQuiesceEvent) { context.fireUserInboundEventTriggered(event) }
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    guard !isRefused else {
      promise?.fail(ChannelError.ioOnClosedChannel)
      return
    }
    if case .headers(let headers) = unwrapOutboundIn(data), headers.endStream {
      isAnswered = true
      census.noteAnswer(context.channel)
    }
    context.write(data, promise: promise)
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    timer?.cancel()
    census.leave(context.channel)
  }
}

/// Why a call is refused before anybody has read it.
private struct RPCRefusal {
  let status: Int
  let message: String
  /// For metrics, as of refusals over HTTP.
  let outcome: RequestOutcome
  var endsConnection = false

  /// `INVALID_ARGUMENT`
  static let malformedTimeout = RPCRefusal(
    status: 3, message: "grpc-timeout is one to eight digits and a unit, one of H, M, S, m, u and n",
    outcome: .invalid)
  /// `INVALID_ARGUMENT`
  static let unreadableHead = RPCRefusal(
    status: 3, message: HeadText.refusal.message, outcome: HeadText.refusal.outcome)
  /// `RESOURCE_EXHAUSTED`
  static let noMemory = RPCRefusal(status: 8, message: Refusal.noMemory.message, outcome: Refusal.noMemory.outcome)
  /// `RESOURCE_EXHAUSTED`; the tasks of refused calls would pile up as well.
  static let tooManyCalls = RPCRefusal(
    status: 8, message: "too many calls", outcome: Refusal.noMemory.outcome, endsConnection: true)

  static func tooLong(_ most: Int) -> RPCRefusal {
    RPCRefusal(
      status: 8, message: "the message is longer than the \(most) bytes that are permitted", outcome: .rejected)
  }

  static func tooSlow(_ pace: Pace) -> RPCRefusal {
    let refusal = Refusal.tooSlow(pace)
    return RPCRefusal(status: 8, message: refusal.message, outcome: refusal.outcome)
  }

  var trailers: HPACKHeaders {
    [
      ":status": "200", "content-type": "application/grpc", "grpc-status": "\(status)", "grpc-message": message,
    ]
  }
}

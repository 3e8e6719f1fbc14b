import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Charges requests and what arrives of their bodies to the memory budget, from their arrival until they are answered, and the
/// answers until they are taken.
///
/// The charge is made here, not where bodies are read, because parts queue up in between: those of a request that was
/// sent ahead, or whose turn has not come. When there is no room, the work for the request ends, and what follows is
/// dropped: an error in the pipeline instead would close the connection before the answer has reached the client.
final class BodyChargeHandler: ChannelDuplexHandler, RemovableChannelHandler {
  typealias InboundIn = HTTPRequestPart
  typealias InboundOut = HTTPRequestPart
  typealias OutboundIn = HTTPResponsePart
  typealias OutboundOut = HTTPResponsePart

  private let budget: MemoryBudget
  private let connections: Connections
  private let census: ChannelCensus
  /// One for each request that has begun and is not answered, oldest first.
  private var charges: [MemoryCharge] = []
  /// What has been written of the answer to the oldest.
  private var answer: MemoryCharge?
  private var isExhausted = false

  /// What a request costs without its body: a task, a stream, its head.
  static let bytesPerRequest = 16_384
  /// Once as it arrives, and once where it is put together; of an answer once as it was made, and once as it is sent.
  static let copies = 2

  init(_ budget: MemoryBudget, _ connections: Connections, _ census: ChannelCensus) {
    self.budget = budget
    self.census = census
    self.connections = connections
  }

  func handlerAdded(context: ChannelHandlerContext) {
    if !census.admits(context.channel) { refuse(context) }
  }

  func channelRead(context: ChannelHandlerContext, data: NIOAny) {
    switch unwrapInboundIn(data) {
    case .head:
      // Of a connection without room one head still goes on: its answer says so.
      guard !isExhausted || charges.isEmpty else { return }
      charges.append(budget.arrival())
      if !isExhausted, !charge(Self.bytesPerRequest) { refuse(context) }
    case .body(let part):
      guard !isExhausted else { return }
      guard charge(Self.copies * part.readableBytes) else { return refuse(context) }
    case .end:
      guard !isExhausted else { return }
    }
    context.fireChannelRead(data)
  }

  private func charge(_ count: Int) -> Bool { charges.last?.grows(by: count) ?? true }

  private func refuse(_ context: ChannelHandlerContext) {
    isExhausted = true
    connections.refuse(ObjectIdentifier(context.channel), .noMemory)
  }

  func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
    switch unwrapOutboundIn(data) {
    case .head(var head):
      answer = budget.arrival()
      // Of a connection without room nothing more goes on, so the answer to the newest request is its last.
      if isExhausted, charges.count <= 1, !context.channel.isStream {
        head.headerFields[.connection] = "close"
        return context.write(wrapOutboundOut(.head(head)), promise: promise)
      }
    case .body(let part): answer?.adds(Self.copies * part.readableBytes)
    case .end:
      if !charges.isEmpty { charges.removeFirst() }
      if context.channel.isStream { census.noteAnswer(context.channel) }
      return end(context, data, promise)
    }
    context.write(data, promise: promise)
  }

  /// Holds the answer's charge until the last of it has left: whoever asks for much and takes nothing holds memory.
  private func end(_ context: ChannelHandlerContext, _ data: NIOAny, _ promise: EventLoopPromise<Void>?) {
    let charge = answer
    answer = nil
    let taken = promise ?? context.eventLoop.makePromise(of: Void.self)
    taken.futureResult.whenComplete { _ in withExtendedLifetime(charge) {} }
    context.write(data, promise: taken)
  }

  func channelInactive(context: ChannelHandlerContext) {
    charges.removeAll()
    answer = nil
    context.fireChannelInactive()
  }

  func handlerRemoved(context: ChannelHandlerContext) {
    charges.removeAll()
    answer = nil
    census.leave(context.channel)
  }
}

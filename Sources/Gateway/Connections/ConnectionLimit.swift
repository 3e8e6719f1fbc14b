import NIOCore
import Synchronization

/// How many connections there may be at a time; further ones are closed as soon as they come.
final class ConnectionLimit: Sendable {
  private let count = Atomic<Int>(0)
  private let most: Int

  init(_ most: Int) {
    self.most = most
  }

  @Sendable func admit(_ channel: any Channel) -> EventLoopFuture<Void> {
    let open = count.add(1, ordering: .relaxed).newValue
    channel.closeFuture.whenComplete { [self] _ in count.subtract(1, ordering: .relaxed) }
    return open <= most ? channel.eventLoop.makeSucceededVoidFuture() : channel.close()
  }
}

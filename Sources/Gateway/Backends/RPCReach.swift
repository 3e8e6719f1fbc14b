import GRPCCore
import Synchronization

/// Whether a call has got as far as a stream to its server, which may have done the work from then on.
///
/// The library says `UNAVAILABLE` when there is no connection, and the same when a stream or a connection is lost in the
/// middle of a call, or a server says so. Interceptors run once there is a stream.
final class RPCReach: Sendable {
  @TaskLocal private static var current: RPCReach?
  private let isNoted = Atomic<Bool>(false)

  var hasReached: Bool { isNoted.load(ordering: .acquiring) }

  /// Watches the call that is made within.
  func watch<Result>(_ call: () async throws -> Result) async throws -> Result {
    try await Self.$current.withValue(self) { try await call() }
  }

  /// Tells the watcher of each call that it has a stream.
  struct Interceptor: ClientInterceptor {
    func intercept<Input: Sendable, Output: Sendable>(
      request: StreamingClientRequest<Input>, context: ClientContext,
      next: (StreamingClientRequest<Input>, ClientContext) async throws -> StreamingClientResponse<Output>
    ) async throws -> StreamingClientResponse<Output> {
      RPCReach.current?.isNoted.store(true, ordering: .releasing)
      return try await next(request, context)
    }
  }
}

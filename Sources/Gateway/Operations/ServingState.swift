import Common
import Synchronization

/// Where the gateway stands as a whole.
package final class ServingState: Sendable {
  package let inFlight = InFlight()
  /// The connections on which requests come, by server.
  let http = ConnectionRoom()
  let grpc: ConnectionRoom
  private let draining = Atomic<Bool>(false)
  private let ending = Mutex<(@Sendable () -> Void)?>(nil)
  private let uponDraining = Mutex<(@Sendable () -> Void)?>(nil)
  private let firstFailure = Mutex<SluiceError?>(nil)

  /// - Parameters:
  ///   - maximumConnections: how many of gRPC there may be at a time; Hummingbird limits those of HTTP.
  package init(maximumConnections: Int = .max) {
    grpc = ConnectionRoom(maximum: maximumConnections)
  }

  /// Whether a signal to end has come.
  package var isDraining: Bool { draining.load(ordering: .relaxed) }

  /// Whether whoever spreads requests should send some here.
  func isReady(_ gateway: InferenceGateway) async -> Bool {
    guard !isDraining else { return false }
    return await gateway.isReady
  }

  /// Why the gateway cannot serve, where that is known.
  var failure: SluiceError? { firstFailure.withLock { $0 } }

  /// Ends the gateway because of a failure.
  func fail(_ failure: SluiceError) {
    firstFailure.withLock { $0 = $0 ?? failure }
    ending.withLock { $0 }?()
  }

  /// Says what ends the gateway.
  func whenFailed(_ end: @escaping @Sendable () -> Void) { ending.withLock { $0 = end } }

  /// From now on nobody is to begin anything here: probes are told, and clients on every connection.
  package func drain() {
    draining.store(true, ordering: .relaxed)
    http.announceEnd()
    grpc.announceEnd()
    uponDraining.withLock { $0 }?()
  }

  /// Says what happens once the gateway begins to end.
  func whenDraining(_ act: @escaping @Sendable () -> Void) { uponDraining.withLock { $0 = act } }
}

import AsyncHTTPClient
import Synchronization

/// The connections to a model server over REST. They can be left behind: what is asked on them ends there, and nothing is asked on
/// them later.
final class RESTConnections: Sendable {
  /// Connections that end once nobody holds them.
  final class Lot: Sendable {
    let client: HTTPClient

    fileprivate init(requests: Int) {
      client = HTTPClient(eventLoopGroupProvider: .singleton, configuration: .ofModelServer(requests: requests))
    }

    deinit { Task { [client] in try? await client.shutdown() } }
  }

  private let requests: Int
  private let lot: Mutex<Lot>

  /// - Parameters:
  ///   - requests: how many are made at a time; each has a connection of its own.
  init(requests: Int) {
    self.requests = requests
    lot = Mutex(Lot(requests: requests))
  }

  /// Those that are used now, to be held for as long as something is asked on them.
  var current: Lot { lot.withLock { $0 } }

  /// Has whatever is asked from now on asked on others.
  func leave() {
    let others = Lot(requests: requests)
    lot.withLock { $0 = others }
  }

  func close() async { try? await current.client.shutdown() }
}

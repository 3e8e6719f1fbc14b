import Common
import FilterPipeline
import Logging
import OpenInference
import Synchronization

/// Several model servers that serve the same model.
///
/// Each is asked again and again whether it is ready, and now and then what its model takes, which may change; requests go
/// to the one with the fewest outstanding among those that are, and to one that has just failed only where no other can be
/// asked. A request that has not reached its server goes to another one; any other trouble is reported, because the work may
/// have been done.
package final class UpstreamPool: InferenceBackend {
  package struct Settings: Sendable {
    package var addresses: [UpstreamAddress]
    /// What the model is called there.
    package var model: String
    /// The input that takes the tensor; `nil` for the only one.
    package var input: String?
    /// The most requests that one server is asked at a time.
    package var requests: Int
    package var healthInterval: Duration

    package init(
      addresses: [UpstreamAddress], model: String, input: String?, requests: Int, healthInterval: Duration
    ) {
      self.addresses = addresses
      self.model = model
      self.input = input
      self.requests = requests
      self.healthInterval = healthInterval
    }
  }

  /// One of the servers.
  struct Server: Sendable {
    /// Of what is known of it, among the members.
    fileprivate let place: Int
    let address: UpstreamAddress
    let client: any UpstreamClient
  }

  private struct State {
    /// One for each server, in their order.
    var members: [UpstreamMember]
    var uses = 0
  }

  let settings: Settings
  let servers: [Server]
  let engine: FilterEngine
  let log: Logger
  private let state: Mutex<State>
  let memory: MemoryBudget
  private let metrics: GatewayMetrics
  private static let noneReady = Refusal(.unavailable, .upstreamFailed, "no model server is ready")

  /// - Parameters:
  ///   - engine: whose filter's tensors are forwarded, and whose workers write them for a server.
  ///   - memory: what tensors on their way are charged to.
  /// - Throws: `invalid-setting`.
  package init(
    _ settings: Settings, engine: FilterEngine, memory: MemoryBudget, metrics: GatewayMetrics, log: Logger
  ) throws(SluiceError) {
    self.settings = settings
    self.engine = engine
    self.memory = memory
    self.metrics = metrics
    self.log = log
    var servers: [Server] = []
    for address in settings.addresses {
      let client = try Self.client(address, settings, engine.workers)
      servers.append(Server(place: servers.count, address: address, client: client))
    }
    self.servers = servers
    state = Mutex(State(members: [UpstreamMember](repeating: UpstreamMember(), count: servers.count)))
  }

  private static func client(
    _ address: UpstreamAddress, _ settings: Settings, _ workers: any TaskExecutor
  ) throws(SluiceError) -> any UpstreamClient {
    switch address.scheme {
    case .http, .https: RESTUpstream(address, requests: settings.requests, workers: workers)
    case .grpc, .grpcs: try RPCUpstream(address, askedEvery: settings.healthInterval)
    }
  }

  /// Looks at what is known of a server, or changes it.
  func member<Result: Sendable>(_ server: Server, _ look: (inout UpstreamMember) -> Result) -> Result {
    state.withLock { look(&$0.members[server.place]) }
  }

  // MARK: - What it is asked as a backend

  /// What servers can do besides is theirs to say, and need not be the same of all.
  package var extensions: [String] { [] }

  package var isReady: Bool { state.withLock { $0.members.contains { $0.contract != nil } } }

  /// The one version that all servers in use have. Where they have several, which of them answers is theirs to decide.
  package var versions: [String]? {
    let contracts = state.withLock { $0.members.compactMap(\.contract) }
    guard let version = contracts.first?.version, contracts.allSatisfy({ $0.version == version }) else {
      return contracts.isEmpty ? nil : []
    }
    return [version]
  }

  package func outputs() throws(Refusal) -> [ModelMetadata.Tensor] {
    guard let contract = state.withLock({ $0.members.compactMap(\.contract).first }) else { throw Self.noneReady }
    return contract.outputs
  }

  package func answer(_ request: ForwardedRequest) async throws(Refusal) -> InferenceResponse {
    var tried: Set<Int> = []
    while true {
      let (server, contract) = try take(besides: tried)
      tried.insert(server.place)
      do throws(UpstreamTrouble) {
        return try await ask(once: server, contract, request)
      } catch {
        guard case .unreached = error else { throw error.refusal }
        settle(server, .notInUse(error.complaint))
      }
    }
  }

  /// The server that is to be asked among those in use that may be asked more.
  private func take(besides tried: Set<Int>) throws(Refusal) -> (Server, UpstreamContract) {
    enum Choice {
      case member(Int, UpstreamContract)
      case busy, none
    }
    let now = ContinuousClock.now
    let choice = state.withLock { state -> Choice in
      let usable = state.members.indices.filter { !tried.contains($0) && state.members[$0].contract != nil }
      let free = usable.filter { state.members[$0].outstanding < settings.requests }
      let best = free.min { state.members[$0].isPreferred(to: state.members[$1], at: now) }
      guard let place = best, let contract = state.members[place].contract else {
        return usable.isEmpty ? .none : .busy
      }
      state.uses += 1
      state.members[place].take(at: state.uses)
      return .member(place, contract)
    }
    switch choice {
    case .member(let place, let contract): return (servers[place], contract)
    case .busy: throw Refusal(SluiceError(.busy, "the model servers are busy", remedy: "try again later"))
    case .none: throw Self.noneReady
    }
  }

  // MARK: - Asking one server

  /// Asks a server that was taken for it, and notes what came of that.
  private func ask(
    once server: Server, _ contract: UpstreamContract, _ request: ForwardedRequest
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    do throws(UpstreamTrouble) {
      let response = try await ask(server, contract, request)
      member(server) { member in
        member.give()
        member.noteAnswer()
      }
      count(server, .answered)
      return response
    } catch {
      member(server) { member in
        member.give()
        member.note(error)
      }
      count(server, error.outcome)
      note(error, of: server, request.identity)
      throw error
    }
  }

  private func count(_ server: Server, _ outcome: UpstreamOutcome) {
    metrics.registry.add(
      to: .upstreamRequests, ["upstream": "\(server.address)", "outcome": outcome.rawValue])
  }

  private func note(_ trouble: UpstreamTrouble, of server: Server, _ identity: RequestIdentity) {
    guard let words = trouble.words else { return }
    log.warning(
      "model server did not answer as it should",
      metadata: [
        "request": "\(identity.id)", "upstream": "\(server.address)", "outcome": "\(trouble.outcome.rawValue)",
        "cause": "\(words)",
      ])
  }

  // MARK: - Standing

  /// Puts a server in use, or out of it, and says so where that is new.
  func settle(_ server: Server, _ standing: UpstreamMember.Standing) {
    let isNews = member(server) { $0.settle(standing) }
    let address = "\(server.address)"
    switch standing {
    case .inUse:
      metrics.registry.set(.upstreamUp, to: 1, ["upstream": address])
      if isNews { log.info("model server in use", metadata: ["upstream": "\(address)"]) }
    case .notInUse(let complaint):
      metrics.registry.set(.upstreamUp, to: 0, ["upstream": address])
      if isNews {
        log.warning("model server not in use", metadata: ["upstream": "\(address)", "cause": "\(complaint)"])
      }
    }
  }
}

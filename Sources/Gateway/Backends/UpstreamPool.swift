import Common
import FilterPipeline
import Logging
import OpenInference
import Synchronization

/// Several model servers that serve the same model.
///
/// Each is asked again and again whether it is ready, and now and then what its model takes, which may change; requests go
/// to the one with the fewest outstanding among those that are. A request that has not reached its server goes to another
/// one; any other trouble is reported, because the work may have been done.
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

  private struct State {
    var members: [UpstreamMember]
    var uses = 0
  }

  private let settings: Settings
  /// One a server, as `members` are.
  private let clients: [any UpstreamClient]
  private let state: Mutex<State>
  private let engine: FilterEngine
  private let memory: MemoryBudget
  private let metrics: GatewayMetrics
  private let log: Logger
  private static let healthTime = Duration.seconds(2)
  private static let noneReady = "no model server is ready"

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
    var clients: [any UpstreamClient] = []
    for address in settings.addresses { clients.append(try Self.client(address, settings, engine.workers)) }
    self.clients = clients
    state = Mutex(State(members: [UpstreamMember](repeating: UpstreamMember(), count: clients.count)))
  }

  private static func client(
    _ address: UpstreamAddress, _ settings: Settings, _ workers: any TaskExecutor
  ) throws(SluiceError) -> any UpstreamClient {
    switch address.scheme {
    case .http, .https: RESTUpstream(address, requests: settings.requests, workers: workers)
    case .grpc, .grpcs: try RPCUpstream(address, askedEvery: settings.healthInterval)
    }
  }

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

  package func outputs() throws(SluiceError) -> [ModelMetadata.Tensor] {
    guard let contract = state.withLock({ $0.members.compactMap(\.contract).first }) else {
      throw SluiceError(.upstreamFailed, Self.noneReady)
    }
    return contract.outputs
  }

  package func answer(_ request: ForwardedRequest) async throws(Refusal) -> InferenceResponse {
    var tried: Set<Int> = []
    while true {
      let (place, contract): (Int, UpstreamContract)
      do throws(SluiceError) { (place, contract) = try take(besides: tried) } catch { throw Refusal(error) }
      let client = clients[place]
      tried.insert(place)
      do throws(UpstreamTrouble) {
        defer { give(place) }
        // Until the answer is there.
        let charge = try await charge(request.images, client, contract)
        defer { withExtendedLifetime(charge) {} }
        let room = AnswerRoom(request.images.bytesKeptForAnswer)
        let load = UpstreamLoad(
          written: { charge.shrinks(to: request.images.bytesForAnswer(body: $0)) },
          received: { bytes in
            let excess = room.excess(of: bytes)
            return excess == 0 || request.holding.grows(by: excess)
          })
        let response = try await ask(client, contract, request, load)
        state.withLock { $0.members[place].noteAnswer() }
        metrics.registry.add(to: "sluice_upstream_requests_total", labels(place, "answered"))
        return response
      } catch {
        metrics.registry.add(to: "sluice_upstream_requests_total", labels(place, error.outcome))
        note(error, place, request.identity)
        // A server that refuses what it said it takes may take something else by now.
        if case .refused = error { state.withLock { $0.members[place].doubtContract() } }
        guard case .unreached = error else { throw error.refusal }
        settle(place, nil, error.complaint)
      }
    }
  }

  private func note(_ trouble: UpstreamTrouble, _ place: Int, _ identity: RequestIdentity) {
    guard let words = trouble.words else { return }
    log.warning(
      "model server did not answer as it should",
      metadata: [
        "request": "\(identity.id)", "upstream": "\(settings.addresses[place])", "outcome": "\(trouble.outcome)",
        "cause": "\(words)",
      ])
  }

  private func charge(
    _ images: [ForwardedImage], _ client: any UpstreamClient, _ contract: UpstreamContract
  ) async throws(UpstreamTrouble) -> MemoryCharge {
    let isListed = client.listsElements(binary: contract.takesBinary)
    do throws(SluiceError) {
      return try await memory.charge(
        images.bytesForAsking(isListed: isListed) + images.bytesKeptForAnswer, for: .forwarding)
    } catch {
      throw .cancelled
    }
  }

  private func ask(
    _ client: any UpstreamClient, _ contract: UpstreamContract, _ request: ForwardedRequest, _ load: UpstreamLoad
  ) async throws(UpstreamTrouble) -> InferenceResponse {
    let inference: InferenceRequest
    do throws(SluiceError) {
      inference = InferenceRequest(
        id: request.id, parameters: request.parameters,
        inputs: [try InferenceTensor(name: contract.input, request.images)], outputs: request.outputs)
    } catch {
      throw .failed(UpstreamWords(error.description))
    }
    let response = try await client.infer(
      inference, settings.model, binary: contract.takesBinary, request.identity, request.deadline, load)
    // It may have loaded another one since it was asked what it has.
    if let version = request.version, let answered = response.modelVersion, answered != "", answered != version {
      throw .failed(UpstreamWords("its model answered in another version than the `\(version)` that was asked for"))
    }
    return response
  }

  /// The server with the fewest outstanding requests; of equals, the one that was used longest ago.
  private func take(besides tried: Set<Int>) throws(SluiceError) -> (Int, UpstreamContract) {
    enum Choice { case member(Int, UpstreamContract), busy, none }
    let choice = state.withLock { state -> Choice in
      let usable = state.members.indices.filter { !tried.contains($0) && state.members[$0].contract != nil }
      let least = usable.min { state.members[$0].isPreferred(to: state.members[$1]) }
      guard let place = least, let contract = state.members[place].contract else { return .none }
      guard state.members[place].outstanding < settings.requests else { return .busy }
      state.uses += 1
      state.members[place].take(at: state.uses)
      return .member(place, contract)
    }
    switch choice {
    case .member(let place, let contract): return (place, contract)
    case .busy: throw SluiceError(.busy, "the model servers are busy", remedy: "try again later")
    case .none: throw SluiceError(.upstreamFailed, Self.noneReady)
    }
  }

  private func give(_ place: Int) { state.withLock { $0.members[place].give() } }

  // MARK: - Health

  /// Watches the servers until the task is cancelled, then ends all connections.
  package func run() async {
    while !Task.isCancelled {
      await examineAll()
      try? await Task.sleep(for: settings.healthInterval)
    }
    for client in clients { await client.close() }
  }

  private func examineAll() async {
    await withTaskGroup(of: Void.self) { group in
      for place in clients.indices { group.addTask { await self.examine(place) } }
    }
  }

  private func examine(_ place: Int) async {
    state.withLock { $0.members[place].beginRound() }
    let deadline = Deadline(after: Self.healthTime)
    do throws(UpstreamTrouble) {
      guard try await clients[place].isReady(settings.model, deadline) else {
        return settle(place, nil, "its model `\(settings.model)` is not ready")
      }
      let isContractDue = state.withLock { $0.members[place].noteReady() }
      guard isContractDue, let (server, model) = try await metadata(place, deadline) else { return }
      let contract = try UpstreamContract(
        input: settings.input, form: engine.pipeline.form, of: clients[place], server: server, model: model)
      settle(place, contract, nil)
    } catch {
      // At the end of the gateway, an answer that is no longer waited for says nothing about its server.
      if !Task.isCancelled, !isTooBusy(place, error) { settle(place, nil, error.complaint) }
    }
  }

  /// Whether a server in use could not say that it is ready for all that it has to do, which is no reason to give it up.
  private func isTooBusy(_ place: Int, _ trouble: UpstreamTrouble) -> Bool {
    guard trouble.isOverload else { return false }
    return state.withLock { $0.members[place].noteBusyRound() }
  }

  /// What a server that is ready says of itself and its model.
  ///
  /// - Returns: `nil` for a server in use that does not say it now: what it said before holds, and the next round asks again.
  private func metadata(
    _ place: Int, _ deadline: Deadline
  ) async throws(UpstreamTrouble) -> (ServerMetadata, ModelMetadata)? {
    let client = clients[place]
    do throws(UpstreamTrouble) {
      return (try await client.serverMetadata(deadline), try await client.modelMetadata(settings.model, deadline))
    } catch {
      guard state.withLock({ $0.members[place].contract != nil }) else { throw error }
      return nil
    }
  }

  /// Puts a server in use, or out of it, and says so where that is new.
  private func settle(_ place: Int, _ contract: UpstreamContract?, _ complaint: UpstreamWords?) {
    let address = settings.addresses[place]
    let isNews = state.withLock { $0.members[place].settle(contract: contract, complaint: complaint) }
    metrics.registry.set("sluice_upstream_up", to: contract == nil ? 0 : 1, ["upstream": "\(address)"])
    guard isNews else { return }
    if let complaint {
      log.warning("model server not in use", metadata: ["upstream": "\(address)", "cause": "\(complaint)"])
    } else {
      log.info("model server in use", metadata: ["upstream": "\(address)"])
    }
  }

  private func labels(_ place: Int, _ outcome: String) -> KeyValuePairs<String, String> {
    ["upstream": "\(settings.addresses[place])", "outcome": outcome]
  }
}

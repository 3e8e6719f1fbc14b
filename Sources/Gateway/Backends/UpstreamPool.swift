import Common
import FilterPipeline
import Logging
import OpenInference
import Pixels
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

  private struct Member {
    let address: UpstreamAddress
    let client: any UpstreamClient
    /// What it takes; `nil` while it is not in use.
    var contract: UpstreamContract?
    /// How often it has been found ready since it said what it takes.
    var roundsSinceContract = 0
    var outstanding = 0
    var lastUsed = 0
    /// Rounds since it last answered a request; too many to count before the first answer.
    var roundsSinceAnswer = UpstreamPool.mostBusyRounds + 1
    /// Rounds in a row in which it was too busy to say whether it is ready.
    var busyRounds = 0
    /// Why it is not in use, said once.
    var complaint: UpstreamWords?
  }

  private struct State {
    var members: [Member]
    var uses = 0
  }

  private let settings: Settings
  private let state: Mutex<State>
  private let engine: FilterEngine
  private let memory: MemoryBudget
  private let metrics: GatewayMetrics
  private let log: Logger
  private static let healthTime = Duration.seconds(2)
  private static let roundsPerContract = 10
  /// How long a server that has something to do may be too busy to say whether it is ready.
  private static let mostBusyRounds = 3
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
    var members: [Member] = []
    for address in settings.addresses {
      members.append(Member(address: address, client: try Self.client(address, settings, engine.workers)))
    }
    state = Mutex(State(members: members))
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
      let place: Int
      let (client, contract): (any UpstreamClient, UpstreamContract)
      do throws(SluiceError) { (place, client, contract) = try take(besides: tried) } catch { throw Refusal(error) }
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
        noteAnswer(place)
        metrics.registry.add(to: "sluice_upstream_requests_total", labels(place, "answered"))
        return response
      } catch {
        metrics.registry.add(to: "sluice_upstream_requests_total", labels(place, error.outcome))
        note(error, place, request.identity)
        if case .refused = error { doubtContract(place) }
        guard case .unreached = error else { throw error.refusal }
        set(place, nil, error.complaint)
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
  private func take(besides tried: Set<Int>) throws(SluiceError) -> (Int, any UpstreamClient, UpstreamContract) {
    enum Choice { case member(Int, any UpstreamClient, UpstreamContract), busy, none }
    let choice = state.withLock { state -> Choice in
      let usable = state.members.indices.filter { !tried.contains($0) && state.members[$0].contract != nil }
      let least = usable.min { first, second in
        let (a, b) = (state.members[first], state.members[second])
        return (a.outstanding, a.lastUsed) < (b.outstanding, b.lastUsed)
      }
      guard let place = least, let contract = state.members[place].contract else { return .none }
      guard state.members[place].outstanding < settings.requests else { return .busy }
      state.uses += 1
      state.members[place].outstanding += 1
      state.members[place].lastUsed = state.uses
      return .member(place, state.members[place].client, contract)
    }
    switch choice {
    case .member(let place, let client, let contract): return (place, client, contract)
    case .busy: throw SluiceError(.busy, "the model servers are busy", remedy: "try again later")
    case .none: throw SluiceError(.upstreamFailed, Self.noneReady)
    }
  }

  private func give(_ place: Int) { state.withLock { $0.members[place].outstanding -= 1 } }

  private func noteAnswer(_ place: Int) { state.withLock { $0.members[place].roundsSinceAnswer = 0 } }

  // MARK: - Health

  /// Watches the servers until the task is cancelled, then ends all connections.
  package func run() async {
    while !Task.isCancelled {
      await examineAll()
      try? await Task.sleep(for: settings.healthInterval)
    }
    for member in state.withLock({ $0.members }) { await member.client.close() }
  }

  private func examineAll() async {
    let members = state.withLock { $0.members }
    await withTaskGroup(of: Void.self) { group in
      for (place, member) in members.enumerated() { group.addTask { await self.examine(place, member) } }
    }
  }

  private func examine(_ place: Int, _ member: Member) async {
    state.withLock { $0.members[place].roundsSinceAnswer += 1 }
    let deadline = Deadline(after: Self.healthTime)
    do throws(UpstreamTrouble) {
      guard try await member.client.isReady(settings.model, deadline) else {
        return set(place, nil, "its model `\(settings.model)` is not ready")
      }
      guard isContractDue(place) else { return }
      guard let (server, model) = try await metadata(place, member.client, deadline) else { return }
      let contract = try UpstreamContract(
        input: settings.input, form: engine.pipeline.form, of: member.client, server: server, model: model)
      set(place, contract, nil)
    } catch {
      // At the end of the gateway, an answer that is no longer waited for says nothing about its server.
      if !Task.isCancelled, !isTooBusy(place, error) { set(place, nil, error.complaint) }
    }
  }

  /// Whether a server in use could not say that it is ready for all that it has to do, which is no reason to give it up: not at
  /// once, and not while it has something to do, or had a moment ago.
  private func isTooBusy(_ place: Int, _ trouble: UpstreamTrouble) -> Bool {
    switch trouble {
    case .late, .busy, .noRoom: break
    case .unreached, .refused, .failed, .unavailable, .cancelled: return false
    }
    return state.withLock { state in
      state.members[place].busyRounds += 1
      let member = state.members[place]
      let isAtWork = member.outstanding > 0 || member.roundsSinceAnswer <= Self.mostBusyRounds
      return member.contract != nil && isAtWork && member.busyRounds < Self.mostBusyRounds
    }
  }

  /// What a server that is ready says of itself and its model.
  ///
  /// - Returns: `nil` for a server in use that does not say it now: what it said before holds, and the next round asks again.
  private func metadata(
    _ place: Int, _ client: any UpstreamClient, _ deadline: Deadline
  ) async throws(UpstreamTrouble) -> (ServerMetadata, ModelMetadata)? {
    do throws(UpstreamTrouble) {
      return (try await client.serverMetadata(deadline), try await client.modelMetadata(settings.model, deadline))
    } catch {
      guard state.withLock({ $0.members[place].contract != nil }) else { throw error }
      return nil
    }
  }

  /// Whether a server that is ready is to be asked again what it takes.
  private func isContractDue(_ place: Int) -> Bool {
    state.withLock { state in
      state.members[place].busyRounds = 0
      state.members[place].roundsSinceContract += 1
      return state.members[place].contract == nil || state.members[place].roundsSinceContract >= Self.roundsPerContract
    }
  }

  /// A server that refuses what it said it takes may take something else by now.
  private func doubtContract(_ place: Int) {
    state.withLock { $0.members[place].roundsSinceContract = Self.roundsPerContract }
  }

  /// What a server says of itself may be something else with each round; that alone is nothing new.
  private func set(_ place: Int, _ contract: UpstreamContract?, _ complaint: UpstreamWords?) {
    let (address, isNew) = state.withLock { state in
      let isNew =
        (state.members[place].contract == nil) != (contract == nil)
        || state.members[place].complaint?.event != complaint?.event
      state.members[place].contract = contract
      state.members[place].roundsSinceContract = 0
      state.members[place].busyRounds = 0
      state.members[place].complaint = complaint
      return (state.members[place].address, isNew)
    }
    metrics.registry.set("sluice_upstream_up", to: contract == nil ? 0 : 1, ["upstream": "\(address)"])
    guard isNew else { return }
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

/// What a model server takes and gives, as it says itself.
struct UpstreamContract: Sendable {
  let input: String
  let takesBinary: Bool
  let outputs: [ModelMetadata.Tensor]
  /// The only version of the model that it has; `nil` where it has several, or names none.
  let version: String?

  /// - Throws: `UpstreamTrouble` for a model that does not take the filter's tensor: it is never bent to fit.
  init(
    input named: String?, form: TensorForm, of client: any UpstreamClient, server: ServerMetadata, model: ModelMetadata
  ) throws(UpstreamTrouble) {
    takesBinary = server.extensions.contains(ServerMetadata.binaryTensors)
    outputs = model.outputs
    version = model.versions.count == 1 ? model.versions[0] : nil
    let datatype = form.element.inferenceDatatype
    // Servers of the protocol read none of it in JSON.
    guard datatype != .fp16 || !client.listsElements(binary: takesBinary) else {
      throw .failed("it takes no binary tensors, and \(datatype.rawValue) has no form in JSON; ask it over gRPC")
    }
    if let named {
      input = named
    } else {
      guard model.inputs.count == 1 else {
        throw .failed("its model has \(model.inputs.count) inputs; name the one to use with --upstream-input")
      }
      input = model.inputs[0].name
    }
    guard let declared = model.inputs.first(where: { $0.name == input }) else {
      // Some servers describe nothing; what they were told to take, they are sent.
      guard model.inputs.isEmpty else { throw .failed("its model has no input `\(input)`") }
      return
    }
    let shape = form.shape(batch: 1)
    let fits =
      declared.shape.count == shape.count
      && zip(declared.shape, shape).enumerated().allSatisfy { $0 == 0 || $1.0 < 0 || $1.0 == $1.1 }
    guard fits, declared.datatype == datatype.rawValue else {
      throw .failed(
        UpstreamWords(
          "its input `\(input)` takes \(declared.datatype) \(declared.shape), "
            + "but the filter gives \(datatype.rawValue) \(shape)"))
    }
  }
}

import AuditLog
import Auditing
import Common
import Files
import FilterPipeline
import Logging
import NIOCore
import ServiceLifecycle
import StatefulDetectionRedis
import UnixSignals

/// The whole gateway: a filter, a backend, and the servers in front of them.
package struct GatewayServer: Sendable {
  private let settings: GatewaySettings
  private let log: Logger
  private let metrics: GatewayMetrics
  private let gateway: InferenceGateway
  private let audit: GatewayAudit?
  private let pool: UpstreamPool?
  private let memory: MemoryBudget
  private let state: ServingState
  private let running = RunningServices()
  private let fitness: FilterFitness
  /// At a time, of each server.
  private let maxConnections: Int

  /// Opens the filter, and checks that everything fits; nothing listens yet.
  ///
  /// - Parameters:
  ///   - workers: images judged at the same time.
  ///   - open: reads the filter file and opens its models, and notes each file before it reads it; asked again for every reload.
  /// - Throws: `invalid-setting`; what opening the filter throws.
  package init(
    _ settings: GatewaySettings, workers: Int, version: String, log: Logger,
    open: @escaping @Sendable (PipelineEnvironment.Batching, inout FileVersions) throws(SluiceError) -> Pipeline
  ) throws(SluiceError) {
    self.settings = settings
    self.log = log
    maxConnections = Descriptors.connections(settings, log)
    state = ServingState(maximumConnections: maxConnections)
    let metrics = GatewayMetrics(version: version)
    metrics.declareLog()
    self.metrics = metrics
    let batching = PipelineEnvironment.Batching(delay: settings.batchDelay) { images, callers in
      metrics.noteClassifierCall(images: images, callers: callers)
    }
    let engine = try FilterEngine(
      workers: workers, metrics: metrics, whenChanged: { log.warn(of: $0) },
      open: { (files) throws(SluiceError) in try open(batching, &files) })
    fitness = FilterFitness(
      modes: settings.mode, isEmbedded: settings.upstream.isEmpty, isNamed: settings.model != nil)
    try fitness.check(engine.pipeline)
    let model = settings.model ?? engine.pipeline.identity.name
    memory = MemoryBudget(settings.bodyMemory)
    pool = try Self.upstreams(settings, of: model, engine, memory, metrics, log)
    try settings.sharing?.check()
    audit = try settings.audit.map { (audit) throws(SluiceError) in
      try GatewayAudit(audit, version: version, metrics: metrics, log: log)
    }
    gateway = InferenceGateway(
      engine: engine, backend: pool ?? EmbeddedBackend(engine),
      admission: Admission(places: Self.placesPerWorker * workers, queue: settings.queue), memory: memory,
      metrics: metrics,
      rules: GatewayRules(settings, model: model, version: version), audit: audit,
      searches: SearchGuard(settings.searches, sharing: settings.sharing, metrics: metrics, log: log),
      client: settings.client, log: log)
  }

  /// The model servers to ask; `nil` where the filter's classifier answers.
  private static func upstreams(
    _ settings: GatewaySettings, of model: String, _ engine: FilterEngine, _ memory: MemoryBudget,
    _ metrics: GatewayMetrics, _ log: Logger
  ) throws(SluiceError) -> UpstreamPool? {
    guard !settings.upstream.isEmpty else { return nil }
    return try UpstreamPool(
      UpstreamPool.Settings(
        addresses: settings.upstream, model: settings.upstreamModel ?? model, input: settings.upstreamInput,
        requests: settings.upstreamRequests, healthInterval: settings.healthInterval),
      engine: engine, memory: memory, metrics: metrics, log: log)
  }

  /// While one request of a worker waits for the classifier, another is decoded; what waits together is classified in
  /// one call.
  private static let placesPerWorker = 4

  /// Serves until a signal to end, then answers what has begun, within the time that is set for it.
  package func run() async throws {
    if let audit { try await audit.recorder.open(gateway.engine.pipeline.identity, key: audit.signingKey.verification) }
    let certificate = try settings.tls.map { (files) throws(SluiceError) in try ServedCertificate(files, log: log) }
    let access = AccessReloading(settings, audit, certificate, log: log)
    defer { gateway.unclean.sumUp() }
    do {
      try await end(of: ServiceGroup(configuration: configuration(services(certificate, access))))
    } catch {
      // A server that is ended while it begins fails as well; what came first says why.
      throw state.failure ?? error
    }
    if let failure = state.failure { throw failure }
  }

  /// How long the others have to end when one cannot begin.
  private static let patience = Duration.seconds(3)

  /// Waits until the services have ended, but not for ever where one could not begin: a server that is told to end at the moment
  /// when it begins may never notice, and there is nothing to lose yet. Nor for ever where one cannot end, because it waits for a disk or
  /// a database that hangs.
  private func end(of group: ServiceGroup) async throws {
    let (ends, end) = AsyncThrowingStream<Void, any Error>.makeStream()
    state.whenDraining {
      Task {
        try? await Task.sleep(for: longestEnd + Self.patience)
        end.finish(throwing: running.unended(isAudited: audit != nil))
      }
    }
    state.whenFailed {
      Task {
        await group.triggerGracefulShutdown()
        try? await Task.sleep(for: Self.patience)
        end.finish()
      }
    }
    let serving = Task {
      do {
        try await group.run()
        end.finish()
      } catch {
        end.finish(throwing: error)
      }
    }
    try await withTaskCancellationHandler {
      for try await _ in ends {}
    } onCancel: {
      serving.cancel()
    }
    if Task.isCancelled { await serving.value }
  }

  private func services(_ certificate: ServedCertificate?, _ access: AccessReloading) -> [any Service] {
    var services: [any Service] = []
    // They end in the reverse order: first who says so, then who takes requests, last who is needed to answer them.
    func add(_ name: String, _ service: some Service) { services.append(running.watched(name, service)) }
    if let audit { add("the upkeep of the audit log", AuditUpkeep(audit: audit, metrics: metrics, log: log)) }
    if let sharing = gateway.searches?.sharing { add("the sharing of questions", SearchSharing(sharing: sharing)) }
    if let pool { add("the watch over model servers", HealthWatch(pool: pool)) }
    add(
      "a reload of the filter",
      FilterReloading(
        engine: gateway.engine, interval: settings.watch, fitness: fitness, access: access, state: state,
        metrics: metrics, log: log))
    if let address = settings.operations { add("the operations server", operations(address)) }
    add("requests", Together(services: fronts(certificate)))
    add("the pause before the end", Farewell(state: state, delay: settings.drainDelay))
    return services
  }

  private func configuration(_ services: [any Service]) -> ServiceGroupConfiguration {
    var configuration = ServiceGroupConfiguration(
      services: services, gracefulShutdownSignals: [.sigterm, .sigint], logger: quiet(log))
    // By then, connections have been closed from within. To cancel servers that still have some would end the process: their
    // channels must not be dropped unhandled. How long what is cancelled may take is not said here: that would be the end by a trap.
    configuration.maximumGracefulShutdownDuration = longestEnd
    return configuration
  }

  /// How long the services may take to end by themselves.
  private var longestEnd: Duration { settings.drainDelay + settings.drain + .seconds(5) }

  private func fronts(_ certificate: ServedCertificate?) -> [any Service] {
    var services: [any Service] = []
    if let address = settings.http {
      let http = HTTPGateway(
        gateway: gateway, bodies: BodyReading(most: settings.maxBody), tokens: settings.tokens,
        connections: Connections(), state: state)
      services.append(
        HTTPService(
          address: address, gateway: http, settings: settings, maxConnections: maxConnections, certificate: certificate,
          log: log
        ) {
          note("http", address, $0?.port)
        })
    }
    if let address = settings.grpc {
      let service = InferenceService(gateway: gateway, tokens: settings.tokens, state: state)
      services.append(
        RPCService(address: address, service: service, settings: settings, certificate: certificate) {
          note("grpc", address, $0)
        })
    }
    return services
  }

  private func operations(_ address: ListenAddress) -> OperationsService {
    OperationsService(
      address: address,
      port: OperationsPort(
        gateway: gateway, tokens: operationsTokens(address), state: state,
        pages: audit.map { AuditPages($0, gateway) }),
      log: log
    ) { note("operations", address, $0?.port) }
  }

  /// On this machine, scrapers need none.
  private func operationsTokens(_ address: ListenAddress) -> BearerTokens {
    address.isLoopback ? BearerTokens([]) : settings.tokens
  }

  private func note(_ what: String, _ address: ListenAddress, _ port: Int?) {
    let actual = ListenAddress(host: address.host, port: port ?? address.port)
    log.info("listening", metadata: ["server": "\(what)", "address": "\(actual)"])
  }
}

extension GatewayRules {
  fileprivate init(_ settings: GatewaySettings, model: String, version: String) {
    self.init(
      model: model, modes: settings.mode, failOpen: settings.failOpen, exposeVerdicts: settings.exposeVerdicts,
      allowEmptyChecks: settings.allowEmptyChecks, maxImages: settings.maxImages, deadline: settings.deadline,
      version: version)
  }
}

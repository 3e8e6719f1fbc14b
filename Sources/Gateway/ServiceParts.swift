import ServiceLifecycle

/// Services that begin and end at the same time.
struct Together: Service {
  let services: [any Service]

  func run() async throws {
    try await withThrowingTaskGroup(of: Void.self) { group in
      for service in services { group.addTask { try await service.run() } }
      try await group.waitForAll()
    }
  }
}

/// Says that the gateway ends, and waits until that has got around; requests are served meanwhile as ever.
///
/// Those who spread requests ask now and then whether the gateway is ready, and clients keep connections: if listeners
/// closed at once, requests that are on their way would meet a broken connection.
struct Farewell: Service {
  let state: ServingState
  let delay: Duration

  func run() async throws {
    try? await gracefulShutdown()
    state.drain()
    if state.failure == nil { try? await Task.sleep(for: delay) }
  }
}

/// Watches model servers until the gateway ends.
struct HealthWatch: Service {
  let pool: UpstreamPool

  func run() async throws {
    await cancelWhenGracefulShutdown { await pool.run() }
  }
}

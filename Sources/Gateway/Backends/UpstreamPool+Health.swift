import FilterPipeline
import OpenInference

extension UpstreamPool {
  private static let healthTime = Duration.seconds(2)

  /// Watches the servers until the task is cancelled, then ends all connections.
  package func run() async {
    while !Task.isCancelled {
      await examineAll()
      try? await Task.sleep(for: settings.healthInterval)
    }
    for server in servers { await server.client.close() }
  }

  private func examineAll() async {
    await withTaskGroup(of: Void.self) { group in
      for server in servers { group.addTask { await self.examine(server) } }
    }
  }

  private func examine(_ server: Server) async {
    member(server) { $0.beginRound() }
    let deadline = Deadline(after: Self.healthTime)
    do throws(UpstreamTrouble) {
      guard try await server.client.isReady(settings.model, deadline) else {
        return settle(server, .notInUse("its model `\(settings.model)` is not ready"))
      }
      let isContractDue = member(server) { $0.noteReady() }
      guard isContractDue, let (metadata, model) = try await metadata(server, deadline) else { return }
      let contract = try UpstreamContract(
        input: settings.input, form: engine.pipeline.form, of: server.client, server: metadata, model: model)
      settle(server, .inUse(contract))
    } catch {
      // At the end of the gateway, an answer that is no longer waited for says nothing about its server.
      if !Task.isCancelled, !isTooBusy(server, error) { settle(server, .notInUse(error.complaint)) }
    }
  }

  /// Whether a server in use could not say that it is ready for all that it has to do, which is no reason to give it up.
  private func isTooBusy(_ server: Server, _ trouble: UpstreamTrouble) -> Bool {
    guard trouble.isOverload else { return false }
    return member(server) { $0.noteBusyRound() }
  }

  /// What a server that is ready says of itself and its model.
  ///
  /// - Returns: `nil` for a server in use that does not say it now: what it said before holds, and the next round asks again.
  private func metadata(
    _ server: Server, _ deadline: Deadline
  ) async throws(UpstreamTrouble) -> (ServerMetadata, ModelMetadata)? {
    do throws(UpstreamTrouble) {
      return (
        try await server.client.serverMetadata(deadline),
        try await server.client.modelMetadata(settings.model, deadline)
      )
    } catch {
      guard member(server, { $0.contract != nil }) else { throw error }
      return nil
    }
  }
}

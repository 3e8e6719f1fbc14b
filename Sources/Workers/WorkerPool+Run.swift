extension WorkerPool {
  /// Does work on a thread of the pool, and goes on where it was. The work is cancelled with the task that asks.
  ///
  /// - Throws: what the work throws.
  package func run<Value: Sendable, Failure: Error>(
    _ work: @Sendable () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    try await withTaskExecutorPreference(self) { () async throws(Failure) -> Value in
      try await Self.onItsThread(work)
    }
  }

  /// Does work on a thread of the pool in a task of its own: whoever is cancelled waits for it all the same, and the work does not
  /// learn of it.
  ///
  /// - Throws: what the work throws.
  package func runUncancelled<Value: Sendable, Failure: Error>(
    _ work: @escaping @Sendable () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    let outcome = await Task(executorPreference: self) { () async -> Result<Value, Failure> in
      do throws(Failure) { return .success(try await work()) } catch { return .failure(error) }
    }.value
    return try outcome.get()
  }

  /// Goes to the preferred executor, also where the work never waits.
  @concurrent private static func onItsThread<Value: Sendable, Failure: Error>(
    _ work: @Sendable () async throws(Failure) -> Value
  ) async throws(Failure) -> Value {
    try await work()
  }
}

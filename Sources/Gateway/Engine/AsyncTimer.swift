/// Ticks at intervals, until its task is cancelled.
struct AsyncTimer: AsyncSequence, Sendable {
  private let interval: Duration

  init(_ interval: Duration) {
    self.interval = interval
  }

  func makeAsyncIterator() -> Iterator { Iterator(interval: interval) }

  struct Iterator: AsyncIteratorProtocol {
    let interval: Duration

    mutating func next() async throws(Never) -> Void? {
      do { try await Task.sleep(for: interval) } catch { return nil }
      return ()
    }
  }
}

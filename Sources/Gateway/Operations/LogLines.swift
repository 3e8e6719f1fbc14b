import Glibc
import Synchronization
import Workers

/// Lines on their way to a descriptor, written one after another by a thread of their own.
///
/// Whoever logs never waits for whoever reads: a reader that stalls would stop every request. Where too much waits, lines are left
/// out and counted. A line goes out in one call, so that it is there whole or not at all, also when the process ends meanwhile. Where a
/// full disk takes a part of one, the next line that it takes begins on a line of its own.
package final class LogLines: Sendable {
  private struct State {
    var waiting: [[UInt8]] = []
    /// Of the lines that wait, and of those that are being written.
    var byteCount = 0
    var isWriting = false
    /// Whether only a part of the last line could be written, as on a full disk.
    var isTorn = false
  }

  private let state = Mutex(State())
  private let lostLines = Atomic<Int>(0)
  private let descriptor: Int32
  private let maximumBytes: Int
  private let thread = WorkerPool(threads: 1)

  /// Where the log goes.
  package static let standardError = LogLines(STDERR_FILENO)

  package init(_ descriptor: Int32, maximumBytes: Int = 1_000_000) {
    self.descriptor = descriptor
    self.maximumBytes = maximumBytes
  }

  /// How many lines were left out.
  package var lost: Int { lostLines.load(ordering: .relaxed) }

  package func append(_ line: [UInt8]) {
    enum Outcome { case waits, begins, lost }
    let outcome = state.withLock { state -> Outcome in
      guard line.count <= maximumBytes - state.byteCount else { return .lost }
      state.byteCount += line.count
      state.waiting.append(line)
      guard !state.isWriting else { return .waits }
      state.isWriting = true
      return .begins
    }
    switch outcome {
    case .waits: break
    case .begins: _ = Task(executorPreference: thread) { self.writeAll() }
    case .lost: lostLines.add(1, ordering: .relaxed)
    }
  }

  /// Waits until everything is written, but no longer than so: for the end of the process.
  package func finish(within time: Duration) {
    let end = ContinuousClock.now + time
    while state.withLock({ $0.isWriting }), ContinuousClock.now < end { usleep(Self.pause) }
  }

  /// In microseconds.
  private static let pause: UInt32 = 2000

  private func writeAll() {
    while let lines = next() {
      for line in lines {
        if !putApart(line) { lostLines.add(1, ordering: .relaxed) }
        state.withLock { $0.byteCount -= line.count }
      }
    }
  }

  /// What waits; `nil` where nothing does, and the next line begins anew.
  private func next() -> [[UInt8]]? {
    state.withLock { state in
      guard !state.waiting.isEmpty else {
        state.isWriting = false
        return nil
      }
      let lines = state.waiting
      state.waiting = []
      return lines
    }
  }

  /// Writes a line, behind the end of one that was torn.
  ///
  /// - Returns: false where it cannot be written.
  private func putApart(_ line: [UInt8]) -> Bool {
    let bytes = state.withLock { $0.isTorn } ? [Self.newline] + line : line
    let count = put(bytes)
    if count > 0 { state.withLock { $0.isTorn = bytes[count - 1] != Self.newline } }
    return count == bytes.count
  }

  private static let newline = UInt8(ascii: "\n")

  /// Writes bytes, however long that takes.
  ///
  /// - Returns: how many of them could be written.
  private func put(_ bytes: [UInt8]) -> Int {
    bytes.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return 0 }
      var done = 0
      while done < bytes.count {
        let count = write(descriptor, base + done, bytes.count - done)
        if count >= 0 {
          done += count
        } else if errno == EAGAIN {
          waitForRoom()
        } else if errno != EINTR {
          break
        }
      }
      return done
    }
  }

  /// Of a descriptor that somebody has told not to wait.
  private func waitForRoom() {
    var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
    _ = poll(&polled, 1, -1)
  }
}

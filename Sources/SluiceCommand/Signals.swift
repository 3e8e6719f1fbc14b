import Files
import FilterPipeline
import Glibc
import Synchronization

// What the handler reaches. It may interrupt any thread at any instruction, so it touches two numbers and a descriptor.
private let received = Atomic<Int32>(0)
private let wakeDescriptor = Atomic<Int32>(-1)

/// How the command meets the signals a shell sends.
enum Signals {
  /// A closed pipe, or a file that may not grow, is an error that a write reports, not a sudden end.
  static func ignoreFailedWrites() {
    signal(SIGPIPE, SIG_IGN)
    signal(SIGXFSZ, SIG_IGN)
  }

  /// A hangup that comes before anybody can do something about it is not to end the process.
  static func ignoreHangups() { signal(SIGHUP, SIG_IGN) }

  /// What asks for an end: Ctrl-C, a program, and a terminal that is closed.
  private static let ending = [SIGINT, SIGTERM, SIGHUP]

  /// The first SIGINT, SIGTERM or SIGHUP asks for an end of the run; the second ends the process.
  ///
  /// A signal that is already ignored stays so: a shell starts background jobs that way, and nohup any.
  static func forward(to interruption: Interruption) {
    // Touched here, so that the handler never is the first to.
    received.store(0, ordering: .sequentiallyConsistent)
    wakeDescriptor.store(interruption.wakeDescriptor, ordering: .sequentiallyConsistent)
    for number in ending where !isIgnored(number) { signal(number, noteSignal) }
  }

  /// Runs a body that the first SIGINT, SIGTERM or SIGHUP asks to end. Behind it, signals end the process as they always do.
  ///
  /// - Returns: the signal that came; `nil` where none did.
  /// - Throws: what the body throws, unless a signal came: what an interrupted body complains of says nothing.
  static func forwarding(
    to interruption: Interruption, isolation: isolated (any Actor)? = #isolation, _ body: () async throws -> Void
  ) async throws -> Int32? {
    forward(to: interruption)
    do {
      try await body()
      stopForwarding()
    } catch {
      stopForwarding()
      if receivedNumber == nil { throw error }
    }
    // The handler may have been writing to its descriptor until here.
    return withExtendedLifetime(interruption) { receivedNumber }
  }

  /// Undoes `forward`, so that a signal that comes later is not taken for one that a run will see.
  private static func stopForwarding() {
    for number in ending where !isIgnored(number) { signal(number, SIG_DFL) }
    wakeDescriptor.store(-1, ordering: .sequentiallyConsistent)
  }

  private static func isIgnored(_ number: Int32) -> Bool {
    var current = sigaction()
    sigaction(number, nil, &current)
    return current.__sigaction_handler.sa_handler.map { unsafeBitCast($0, to: Int.self) == 1 } ?? false
  }

  /// The signal that asked for the end of the run; `nil` while none has come.
  static var receivedNumber: Int32? {
    let number = received.load(ordering: .sequentiallyConsistent)
    return number == 0 ? nil : number
  }

  /// Ends the process the way the signal would have, so that a shell sees why.
  static func dieOf(_ number: Int32) -> Never {
    signal(number, SIG_DFL)
    // Threads of the concurrency runtime block signals; a raised one would wait there until the process has exited.
    var only = sigset_t()
    sigemptyset(&only)
    sigaddset(&only, number)
    pthread_sigmask(SIG_UNBLOCK, &only, nil)
    raise(number)
    exit(128 + number)
  }
}

private func noteSignal(_ number: Int32) {
  if received.exchange(number, ordering: .sequentiallyConsistent) != 0 {
    signal(number, SIG_DFL)
    raise(number)
  }
  var byte: UInt8 = 0
  _ = write(wakeDescriptor.load(ordering: .sequentiallyConsistent), &byte, 1)
}

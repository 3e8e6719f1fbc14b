import FilterPipeline

#if canImport(Glibc)
  import Glibc
#endif

/// How the command meets the signals a shell sends.
enum Signals {
  private static let interrupting = [SIGINT, SIGTERM]

  /// Keeps the signals from ending the process by themselves. To be called before any thread is started, because
  /// threads inherit it.
  static func takeOver() {
    signal(SIGPIPE, SIG_IGN)
    var set = sigset(interrupting)
    pthread_sigmask(SIG_BLOCK, &set, nil)
  }

  /// The first SIGINT or SIGTERM asks for an end of the run; the second ends the process.
  ///
  /// Returns a box in which the signal is noted, so that the process can end of it when the run is wound up.
  static func forward(to interruption: Interruption) -> ReceivedSignal {
    let received = ReceivedSignal()
    let context = SignalContext(interruption: interruption, received: received)
    var thread = pthread_t()
    let opaque = Unmanaged.passRetained(context).toOpaque()
    pthread_create(&thread, nil, waitForSignals, opaque)
    pthread_detach(thread)
    return received
  }

  /// Ends the process the way the signal would have, so that a shell sees why.
  static func dieOf(_ number: Int32) -> Never {
    signal(number, SIG_DFL)
    var set = sigset([number])
    pthread_sigmask(SIG_UNBLOCK, &set, nil)
    raise(number)
    exit(128 + number)
  }

  fileprivate static func waitForInterruption() -> Int32 {
    var set = sigset(interrupting)
    var number: Int32 = 0
    while sigwait(&set, &number) != 0 {}
    return number
  }

  private static func sigset(_ numbers: [Int32]) -> sigset_t {
    var set = sigset_t()
    sigemptyset(&set)
    for number in numbers { sigaddset(&set, number) }
    return set
  }
}

private func waitForSignals(_ opaque: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
  guard let opaque else { return nil }
  let context = Unmanaged<SignalContext>.fromOpaque(opaque).takeRetainedValue()
  context.received.note(Signals.waitForInterruption())
  context.interruption.request()
  Signals.dieOf(Signals.waitForInterruption())
}

private final class SignalContext: Sendable {
  let interruption: Interruption
  let received: ReceivedSignal

  init(interruption: Interruption, received: ReceivedSignal) {
    self.interruption = interruption
    self.received = received
  }
}

/// For how long others are asked before a server that has failed.
struct UpstreamPenalty: Sendable {
  /// Failures since it last answered; those that come while it is set aside already count once.
  private var failures = 0
  private var end: ContinuousClock.Instant?

  private static let shortest = Duration.milliseconds(100)
  private static let longest = Duration.seconds(5)
  /// A server that says that it must not be asked for a year is not kept to it: nobody would notice that it is well again.
  private static let longestWish = Duration.seconds(60)
  /// With one more, the time is over the longest in any case.
  private static let mostDoublings = 6

  /// How much speaks against asking it: 0 for nothing.
  func weight(at now: ContinuousClock.Instant) -> Int {
    guard let end, now < end else { return 0 }
    return failures
  }

  /// Sets it aside: twice as long each time, or for as long as it wants.
  mutating func add(at now: ContinuousClock.Instant, retryAfter time: RetryAfter?) {
    var duration = min(time?.duration ?? .zero, Self.longestWish)
    if weight(at: now) == 0 {
      duration = max(duration, min(Self.shortest * (1 << min(failures, Self.mostDoublings)), Self.longest))
      failures += 1
    }
    end = max(end ?? now, now + duration)
  }
}

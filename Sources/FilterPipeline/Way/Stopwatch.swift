import Common

/// Measures stretches of time in milliseconds.
struct Stopwatch {
  private var start = ContinuousClock.now

  mutating func lap() -> Double {
    let now = ContinuousClock.now
    defer { start = now }
    return start.duration(to: now).milliseconds
  }
}

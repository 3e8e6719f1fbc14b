/// How long to wait before a server that could not be used is tried again: each time twice as long.
struct RetryPause {
  private var next = shortest

  static let shortest = Duration.milliseconds(250)
  static let longest = Duration.seconds(8)

  mutating func reset() { next = Self.shortest }

  /// The next pause, three quarters of it up to the whole: gateways that lost the server together come back one by one.
  mutating func take() -> Duration {
    defer { next = min(next * 2, Self.longest) }
    return next * Double.random(in: 0.75...1)
  }
}

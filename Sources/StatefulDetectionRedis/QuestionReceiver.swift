import Glibc
import StatefulDetection

/// Reads what other gateways were asked from the stream. Belongs to one thread.
struct QuestionReceiver {
  let settings: SharingSettings
  let writer: UInt64
  let memory: QueryMemory
  let availability: Availability
  let observe: @Sendable (SharingEvent) -> Void

  /// Everything up to here is known.
  private var position: StreamPosition?
  private var learnedBefore: LearnedEntries
  /// By how many milliseconds this gateway's clock is ahead of the server's.
  private var ahead: Int64 = 0
  /// Whether the connection has worked.
  private var isProven = false
  /// Whether it ended behind a reply that is larger than is read, with which there was progress.
  private var hasPassedOver = false
  private var pause = RetryPause()

  /// Entries of one reply.
  private static let atOnce = 64
  /// A call that waits for entries ends without any after so many milliseconds.
  private static let wait = 500
  /// A connection that worked for so long is missed at once; before that, a server may end each behind its first reply.
  private static let steadiness = Duration.seconds(5)
  /// How far in the server's future a position may lie before the stream is looked at again, in milliseconds.
  private static let future: UInt64 = 60_000
  /// The stream may have so many more entries than it is to have: whole blocks of them go.
  private static let besides = 1024

  init(
    settings: SharingSettings, writer: UInt64, memory: QueryMemory, availability: Availability,
    observe: @escaping @Sendable (SharingEvent) -> Void
  ) {
    self.settings = settings
    self.writer = writer
    self.memory = memory
    self.availability = availability
    self.observe = observe
    learnedBefore = LearnedEntries(atLeast: settings.questions + Self.besides)
  }

  /// Reads entries as they come, until the task is cancelled.
  mutating func run() async {
    while !Task.isCancelled {
      (isProven, hasPassedOver) = (false, false)
      let start = ContinuousClock.now
      do throws(RedisFailure) {
        try read()
      } catch {
        let wasSteady = isProven && start.duration(to: .now) >= Self.steadiness
        if wasSteady || hasPassedOver { pause.reset() }
        // The server was there until now: perhaps it is there again.
        guard !wasSteady else { continue }
        if !hasPassedOver { availability.fails(.receiving, error.error(settings.address)) }
        try? await Task.sleep(for: pause.take())
      }
    }
  }

  /// Connects, and reads until something fails.
  private mutating func read() throws(RedisFailure) {
    let connection = try RedisConnection(settings.address, settings.tls)
    try resume(connection)
    while !Task.isCancelled {
      let isIdle = try readNext(connection)
      isProven = true
      availability.works(.receiving)
      if isIdle, let position, position.milliseconds > serverTime + Self.future { try resume(connection) }
    }
  }

  /// - Returns: whether nothing came.
  private mutating func readNext(_ connection: RedisConnection) throws(RedisFailure) -> Bool {
    let command = [
      "XREAD", "COUNT", "\(Self.atOnce)", "BLOCK", "\(Self.wait)", "STREAMS", settings.stream,
      "\(position ?? StreamPosition(milliseconds: 0))",
    ]
    do throws(RedisFailure) {
      let reply = try connection.call(command, waiting: .milliseconds(Self.wait))
      guard let read = StreamEntries(reading: reply) else { throw .notUnderstood }
      learn(read.entries)
      return read.entries.isEmpty
    } catch .tooLarge(let reply) {
      try passOver(reply)
      throw .tooLarge(reply)
    }
  }

  /// Makes the best of a reply that is larger than is read, so that the next one is another one.
  private mutating func passOver(_ reply: RedisReply) throws(RedisFailure) {
    guard let read = StreamEntries(reading: reply) else { return }
    learn(read.entries)
    if read.entries.isEmpty, let giant = read.incomplete {
      position = giant
      observe(.lost(.malformed, 1))
    }
    hasPassedOver = !read.entries.isEmpty || read.incomplete != nil
  }

  private mutating func learn(_ entries: [StreamEntries.Entry]) {
    guard let last = entries.last else { return }
    position = last.position
    var (learned, malformed) = (0, 0)
    let now = Self.now
    for entry in entries {
      guard let question = entry.question else {
        malformed += 1
        continue
      }
      guard question.writer != writer, learnedBefore.insert(question) else { continue }
      // As old as it is by the server's clock: that of the gateway that was asked may be wrong.
      let arrival = Int64(clamping: entry.position.milliseconds).addingReportingOverflow(ahead)
      memory.learn(question.question, now: arrival.overflow ? now : min(max(arrival.partialValue, 0), now))
      learned += 1
    }
    if malformed > 0 { observe(.lost(.malformed, malformed)) }
    if learned > 0 { observe(.learned(learned)) }
  }
}

extension QuestionReceiver {
  /// Finds out where to read on.
  ///
  /// A stream that has nothing as new as what was read last is another one than before: it was deleted, or the server lost
  /// it, or came back with an older state. Somebody may also have written entries of the distant future, behind which nothing new
  /// would be seen once they are gone. So everything is read again, and nothing learned twice.
  private mutating func resume(_ connection: RedisConnection) throws(RedisFailure) {
    try readClock(connection)
    let newest = try newestPosition(connection)
    if let position, let newest, newest >= position { return }
    // A replica that took over may lack the last few: for these a whole day need not be read.
    if let known = position, let newest, known.milliseconds - newest.milliseconds <= Self.future {
      position = newest
      return
    }
    let time = serverTime
    position = StreamPosition(milliseconds: time - min(settings.ageMilliseconds, time))
  }

  private func newestPosition(_ connection: RedisConnection) throws(RedisFailure) -> StreamPosition? {
    let reply: RedisReply
    do throws(RedisFailure) {
      reply = try connection.call(["XREVRANGE", settings.stream, "+", "-", "COUNT", "1"])
    } catch .tooLarge(let part) {
      reply = part
    }
    guard let read = StreamEntries(ranging: reply) else { throw .notUnderstood }
    return read.entries.first?.position ?? read.incomplete
  }

  private mutating func readClock(_ connection: RedisConnection) throws(RedisFailure) {
    let parts = try connection.call(["TIME"]).elements?.compactMap(\.content).map {
      String(decoding: $0, as: UTF8.self)
    }
    guard let parts, parts.count == 2, let seconds = Int64(parts[0]), let microseconds = Int64(parts[1]),
      Self.seconds.contains(seconds), (0..<1_000_000).contains(microseconds)
    else { throw .notUnderstood }
    ahead = Self.now - (seconds * 1000 + microseconds / 1000)
  }

  /// Until the year 9999.
  private static let seconds: Range<Int64> = 0..<253_402_300_800

  /// Milliseconds since 1970 by the server's clock, as it was compared last.
  private var serverTime: UInt64 { UInt64(clamping: Self.now - ahead) }

  /// Milliseconds since 1970 by this gateway's clock.
  private static var now: Int64 {
    var time = timespec()
    unsafe clock_gettime(CLOCK_REALTIME, &time)
    return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
  }
}

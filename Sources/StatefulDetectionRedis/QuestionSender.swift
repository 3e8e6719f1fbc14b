import StatefulDetection

/// Writes what this gateway was asked into the stream. Belongs to one thread.
struct QuestionSender {
  let settings: SharingSettings
  let writer: UInt64
  let pending: PendingQuestions
  let availability: Availability
  let observe: @Sendable (SharingEvent) -> Void

  private var connection: RedisConnection?
  /// Whether the connection was made for what is being sent. Another one may have ended long ago.
  private var isFresh = false
  private var pause = RetryPause()
  private var patience = AnswerPatience()
  private var lastTrimming: ContinuousClock.Instant?
  private var saidNotTrimmed = false

  /// Sent before their answers are waited for.
  private static let atOnce = 64
  private static let trimmingInterval = Duration.seconds(10)

  init(
    settings: SharingSettings, writer: UInt64, pending: PendingQuestions, availability: Availability,
    observe: @escaping @Sendable (SharingEvent) -> Void
  ) {
    self.settings = settings
    self.writer = writer
    self.pending = pending
    self.availability = availability
    self.observe = observe
  }

  /// Sends questions as they come, until the task is cancelled.
  mutating func run() async {
    await sendAll()
    for await _ in pending.arrivals { await sendAll() }
  }

  /// Sends what waits, and tries again for as long as that fails. Connects even for nothing, to learn whether it can.
  private mutating func sendAll() async {
    var isDone = false
    while !isDone, !Task.isCancelled {
      do throws(RedisFailure) {
        isDone = try send()
        availability.works(.sending)
        pause.reset()
      } catch {
        await note(error)
      }
    }
  }

  private mutating func note(_ failure: RedisFailure) async {
    connection = nil
    guard isFresh else { return }
    availability.fails(.sending, failure.error(settings.address))
    try? await Task.sleep(for: pause.take())
  }

  /// Sends some questions. Those whose answer is lost are sent again: nobody learns them twice.
  ///
  /// - Returns: whether there are no more.
  private mutating func send() throws(RedisFailure) -> Bool {
    let connection = try connected()
    let questions = pending.first(Self.atOnce)
    guard !questions.isEmpty else { return true }
    let replies = try exchange(questions.map(addition), on: connection)
    // Those before the first failure are there.
    let sent = replies.prefix { if case .bytes = $0 { true } else { false } }.count
    pending.remove(sent)
    if sent > 0 { observe(.sent(sent)) }
    guard sent == questions.count else {
      throw Self.failure(replies[sent])
    }
    try trim(connection, after: replies[sent - 1])
    return false
  }

  private mutating func connected() throws(RedisFailure) -> RedisConnection {
    isFresh = connection == nil
    if let connection { return connection }
    let connection = try RedisConnection(settings.address, settings.tls)
    self.connection = connection
    return connection
  }

  private mutating func exchange(
    _ commands: [[[UInt8]]], on connection: RedisConnection
  ) throws(RedisFailure) -> [RedisReply] {
    let start = ContinuousClock.now
    do throws(RedisFailure) {
      let replies = try connection.exchange(commands, waiting: patience.extra)
      patience.answer(after: start.duration(to: .now))
      return replies
    } catch {
      if start.duration(to: .now) >= patience.current { patience.noAnswer() }
      throw error
    }
  }

  private static func failure(_ reply: RedisReply) -> RedisFailure {
    if case .error(let reason) = reply { .refused(reason) } else { .notUnderstood }
  }

  private func addition(_ question: Question) -> [[UInt8]] {
    let entry = QuestionEntry(writer: writer, question: question)
    return ["XADD", settings.stream, "MAXLEN", "~", String(settings.questions), "*"].map { Array($0.utf8) } + [
      QuestionEntry.field, entry.bytes,
    ]
  }
}

extension QuestionSender {
  /// Removes what is too old, now and then; and has the stream go when nobody writes to it any more.
  ///
  /// What time it is, the server says with the position of what was added last: no gateway's clock removes anything.
  private mutating func trim(_ connection: RedisConnection, after reply: RedisReply) throws(RedisFailure) {
    guard lastTrimming.map({ .now - $0 >= Self.trimmingInterval }) ?? true else { return }
    guard let position = reply.content.flatMap(StreamPosition.init) else { throw .notUnderstood }
    lastTrimming = .now
    let age = settings.ageMilliseconds
    let oldest = position.milliseconds - min(age, position.milliseconds)
    let commands = [
      ["XTRIM", settings.stream, "MINID", "~", "\(oldest)"], ["EXPIRE", settings.stream, "\(age / 1000 + 60)"],
    ]
    let replies = try connection.exchange(commands.map { $0.map { Array($0.utf8) } })
    for case .error(let reason) in replies where !saidNotTrimmed {
      saidNotTrimmed = true
      observe(.notTrimmed(RedisFailure.refused(reason).error(settings.address)))
    }
  }
}

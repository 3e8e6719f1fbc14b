import CHiredis

/// One connection to a server, used by one thread at a time. After any failure but `refused` it is to be given up.
@safe package final class RedisConnection {
  private let channel: RedisChannel
  private let reader: UnsafeMutablePointer<redisReader>

  /// More of a reply is not read. 64 entries of the stream have about 60 kB.
  package static let mostReplyBytes = 1 << 20
  /// For connecting, and for each answer.
  static let patience = Duration.seconds(2)

  /// Connects, identifies itself and chooses the database.
  package init(_ address: RedisAddress, _ files: RedisTLSFiles = RedisTLSFiles()) throws(RedisFailure) {
    channel = try RedisChannel(address, files, within: Self.patience)
    guard let reader = unsafe sluice_redis_reader() else {
      throw .unreachable("there is no memory for a connection")
    }
    unsafe self.reader = reader
    try identify(address)
    if address.database != 0 { try call(["SELECT", String(address.database)]) }
  }

  deinit {
    unsafe redisReaderFree(reader)
  }

  private func identify(_ address: RedisAddress) throws(RedisFailure) {
    guard address.password != nil || address.user != nil else { return }
    let credentials = [address.user, address.password ?? ""].compactMap(\.self)
    do throws(RedisFailure) {
      try call(["AUTH"] + credentials)
    } catch .refused(let reason) {
      // A server that does not know the command repeats what it was sent.
      throw .refused("\(reason.prefix { $0 != " " }) in answer to AUTH")
    }
  }
}

extension RedisConnection {
  /// Asks the server to do something, and waits for its answer.
  ///
  /// - Parameters:
  ///   - extra: how much longer than otherwise the answer may take.
  /// - Throws: `refused` for an answer that is an error.
  @discardableResult
  package func call(_ command: [String], waiting extra: Duration = .zero) throws(RedisFailure) -> RedisReply {
    let reply = try exchange([command.map { Array($0.utf8) }], waiting: extra)[0]
    if case .error(let reason) = reply { throw .refused(reason) }
    return reply
  }

  /// Sends several commands before it waits for their answers, which may be errors.
  ///
  /// - Returns: as many answers as there are commands, in their order.
  package func exchange(_ commands: [[[UInt8]]], waiting extra: Duration = .zero) throws(RedisFailure) -> [RedisReply] {
    let end = ContinuousClock.now + Self.patience + extra
    var bytes: [UInt8] = []
    for command in commands { bytes += try Self.written(command) }
    try channel.send(bytes, until: end)
    var replies: [RedisReply] = []
    for _ in commands { replies.append(try reply(until: end)) }
    return replies
  }

  /// The command as Redis reads it.
  private static func written(_ command: [[UInt8]]) throws(RedisFailure) -> [UInt8] {
    let contents = command.flatMap(\.self).map { CChar(bitPattern: $0) }
    let lengths = command.map(\.count)
    var result: [UInt8]?
    unsafe contents.withUnsafeBufferPointer { contents in
      var start = 0
      var parts = unsafe lengths.map { length in
        defer { start += length }
        return unsafe contents.baseAddress.map { unsafe $0 + start }
      }
      var target: UnsafeMutablePointer<CChar>?
      let count = unsafe redisFormatCommandArgv(&target, Int32(command.count), &parts, lengths)
      guard count >= 0, let target = unsafe target else { return }
      result = unsafe Array(UnsafeRawBufferPointer(start: target, count: Int(count)))
      unsafe redisFreeCommand(target)
    }
    guard let result else { throw .unreachable("there is no memory for a command") }
    return result
  }

  /// The next reply, of at most so many bytes.
  private func reply(until end: RedisSocket.Instant) throws(RedisFailure) -> RedisReply {
    var fed = 0
    while true {
      if let reply = try complete() { return reply }
      guard fed < Self.mostReplyBytes else { throw unsafe .tooLarge(RedisReply(sluice_redis_partial_reply(reader))) }
      fed += try feed(until: end)
    }
  }

  /// The reply that the reader has whole; `nil` where something of it is missing.
  private func complete() throws(RedisFailure) -> RedisReply? {
    var opaque: UnsafeMutableRawPointer?
    guard unsafe redisReaderGetReply(reader, &opaque) == REDIS_OK else { throw .notUnderstood }
    guard let opaque = unsafe opaque else { return nil }
    defer { unsafe freeReplyObject(opaque) }
    return unsafe RedisReply(opaque.assumingMemoryBound(to: redisReply.self))
  }

  /// Gives the reader what has arrived.
  private func feed(until end: RedisSocket.Instant) throws(RedisFailure) -> Int {
    let bytes = try channel.receive(until: end)
    let status = unsafe bytes.withUnsafeBytes { bytes in
      unsafe redisReaderFeed(reader, bytes.baseAddress?.assumingMemoryBound(to: CChar.self), bytes.count)
    }
    guard status == REDIS_OK else { throw .unreachable("there is no memory for a reply") }
    return bytes.count
  }
}

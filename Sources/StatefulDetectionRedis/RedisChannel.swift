/// Bytes to and from a server, encrypted where its address says so.
final class RedisChannel {
  private let socket: RedisSocket
  /// `nil` for plain text.
  private let tls: TLSSession?

  /// Connects, and checks that the server is the one that is meant.
  init(_ address: RedisAddress, _ files: RedisTLSFiles, within limit: Duration) throws(RedisFailure) {
    guard address.isEncrypted, case .host(let host, _) = address.place else {
      socket = try RedisSocket(address.place, within: limit)
      tls = nil
      return
    }
    // A file that cannot be read is said before anybody is called.
    let session = try TLSSession(host: host, files)
    socket = try RedisSocket(address.place, within: limit)
    tls = session
    try shakeHands(session, until: .now + limit)
  }

  /// Sends all bytes.
  func send(_ bytes: [UInt8], until end: RedisSocket.Instant) throws(RedisFailure) {
    guard let tls else { return try socket.send(bytes, until: end) }
    try tls.write(bytes)
    try socket.send(tls.departing(), until: end)
  }

  /// Receives what is there, at least one byte.
  func receive(until end: RedisSocket.Instant) throws(RedisFailure) -> [UInt8] {
    guard let tls else { return try socket.receive(until: end) }
    while true {
      let bytes = try tls.read()
      if !bytes.isEmpty { return bytes }
      try exchange(tls, until: end)
    }
  }

  private func shakeHands(_ tls: TLSSession, until end: RedisSocket.Instant) throws(RedisFailure) {
    while !(try tls.shakeHands()) { try exchange(tls, until: end) }
    try socket.send(tls.departing(), until: end)
  }

  private func exchange(_ tls: TLSSession, until end: RedisSocket.Instant) throws(RedisFailure) {
    try socket.send(tls.departing(), until: end)
    try tls.give(socket.receive(until: end))
  }
}

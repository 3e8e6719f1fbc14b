import CHiredis
import Common
import Glibc

/// A connected socket on which every wait has an end.
///
/// hiredis connects it, and what is sent and received passes through here. Rejected alternative: the library's own blocking
/// calls, whose limit begins anew with every byte that arrives, which take as many bytes as come, and which end a process
/// that does not ignore SIGPIPE.
@safe final class RedisSocket {
  private let descriptor: Int32

  private static let receivedAtOnce = 16_384

  /// Connects. Looking up the name of a host takes as long as the system lets it.
  init(_ place: RedisAddress.Place, within limit: Duration) throws(RedisFailure) {
    guard let context = unsafe Self.connect(place, Self.timeval(limit)) else {
      throw .unreachable("there is no memory for a connection")
    }
    guard unsafe context.pointee.err == 0 else {
      let reason = unsafe Self.reason(context)
      unsafe redisFree(context)
      throw .unreachable(reason)
    }
    descriptor = unsafe redisFreeKeepFd(context)
    // Programs that the gateway starts have no use for it.
    _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
  }

  deinit {
    close(descriptor)
  }

  private static func connect(_ place: RedisAddress.Place, _ limit: timeval) -> UnsafeMutablePointer<redisContext>? {
    switch place {
    case .host(let host, let port): unsafe redisConnectWithTimeout(host, Int32(port), limit)
    case .socket(let path): unsafe redisConnectUnixWithTimeout(path, limit)
    }
  }

  private static func timeval(_ limit: Duration) -> timeval {
    let (seconds, microseconds) = limit.wholeMicroseconds.quotientAndRemainder(dividingBy: 1_000_000)
    return Glibc.timeval(tv_sec: Int(seconds), tv_usec: Int(microseconds))
  }

  private static func reason(_ context: UnsafeMutablePointer<redisContext>) -> String {
    unsafe withUnsafeBytes(of: context.pointee.errstr) { text in
      unsafe String(cCharacters: text)
    }
  }
}

extension RedisSocket {
  typealias Instant = ContinuousClock.Instant

  /// Sends all bytes.
  func send(_ bytes: [UInt8], until end: Instant) throws(RedisFailure) {
    var sent = 0
    while sent < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { bytes in
        unsafe Glibc.send(
          descriptor, bytes.baseAddress?.advanced(by: sent), bytes.count - sent,
          Int32(MSG_DONTWAIT) | Int32(MSG_NOSIGNAL))
      }
      if count >= 0 { sent += count } else { try wait(for: POLLOUT, until: end) }
    }
  }

  /// Receives what is there, at least one byte.
  func receive(until end: Instant) throws(RedisFailure) -> [UInt8] {
    while true {
      var result = 0
      let bytes = unsafe [UInt8](unsafeUninitializedCapacity: Self.receivedAtOnce) { buffer, count in
        result = unsafe recv(descriptor, buffer.baseAddress, buffer.count, Int32(MSG_DONTWAIT))
        count = max(0, result)
      }
      guard result != 0 else { throw .unreachable("the server closed the connection") }
      guard result < 0 else { return bytes }
      try wait(for: POLLIN, until: end)
    }
  }

  /// Waits until the socket is ready, where its last use ended because it was not.
  private func wait(for events: Int32, until end: Instant) throws(RedisFailure) {
    guard errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR else {
      throw .unreachable(unsafe String(cString: strerror(errno)))
    }
    let left = ContinuousClock.now.duration(to: end)
    guard left > .zero else { throw .unreachable("the server did not answer in time") }
    var watched = pollfd(fd: descriptor, events: Int16(events), revents: 0)
    // Rounded up, so that the last wait is not spent in a loop. What it ends with, the next use of the socket says.
    _ = unsafe poll(&watched, 1, Int32(clamping: left.wholeMilliseconds + 1))
  }
}

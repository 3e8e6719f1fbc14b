import NIOCore
import NIOHPACK

/// Writes HTTP/2 frames byte by byte (RFC 9113, RFC 7541), so that tests can write wrong ones.
enum HTTP2Frames {
  static let preface = Array("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".utf8)

  enum Kind: UInt8 {
    case data = 0
    case headers = 1
    case priority = 2
    case reset = 3
    case settings = 4
    case ping = 6
    case goAway = 7
    case windowUpdate = 8
    case continuation = 9
  }

  static let endStream: UInt8 = 1
  static let acknowledgement: UInt8 = 1
  static let endHeaders: UInt8 = 4
  static let padded: UInt8 = 8

  static func frame(_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, _ payload: [UInt8]) -> [UInt8] {
    let length = UInt32(payload.count)
    return [
      UInt8(truncatingIfNeeded: length >> 16), UInt8(truncatingIfNeeded: length >> 8),
      UInt8(truncatingIfNeeded: length),
    ]
      + [kind, flags] + bytes(stream) + payload
  }

  static func frame(_ kind: Kind, _ flags: UInt8 = 0, _ stream: UInt32, _ payload: [UInt8] = []) -> [UInt8] {
    frame(kind.rawValue, flags, stream, payload)
  }

  /// The preface and settings that say nothing.
  static let opening = preface + frame(.settings, 0, 0)

  static func headers(
    _ stream: UInt32, _ fields: [(String, String)], flags: UInt8 = endHeaders
  ) -> [UInt8] {
    frame(.headers, flags, stream, fields.flatMap { field(Array($0.utf8), Array($1.utf8)) })
  }

  static func reset(_ stream: UInt32) -> [UInt8] { frame(.reset, 0, stream, bytes(8)) }

  /// A literal field that nobody is to remember.
  static func field(_ name: [UInt8], _ value: [UInt8]) -> [UInt8] {
    [0] + length(name.count) + name + length(value.count) + value
  }

  private static func length(_ count: Int) -> [UInt8] {
    guard count >= 127 else { return [UInt8(count)] }
    var (rest, bytes) = (count - 127, [UInt8(127)])
    while rest >= 128 {
      bytes.append(UInt8(rest % 128 + 128))
      rest /= 128
    }
    return bytes + [UInt8(rest)]
  }

  static func bytes(_ number: UInt32) -> [UInt8] {
    stride(from: 24, through: 0, by: -8).map { UInt8(truncatingIfNeeded: number >> $0) }
  }

  static func number(_ bytes: some Sequence<UInt8>) -> Int { bytes.reduce(0) { $0 << 8 | Int($1) } }

  /// What a frame of settings says of one of them, by its number.
  static func setting(_ identifier: Int, in payload: [UInt8]) -> Int? {
    stride(from: 0, to: payload.count, by: 6).lazy.map { Array(payload[$0...].prefix(6)) }
      .first { number($0.prefix(2)) == identifier }.map { number($0.dropFirst(2)) }
  }

  /// A gRPC message: no compression, its length, and as much of it as is given.
  static func message(_ contents: [UInt8], length: Int? = nil) -> [UInt8] {
    [0] + bytes(UInt32(length ?? contents.count)) + contents
  }

  /// The fields of a gRPC call.
  static func call(_ method: String, _ more: [(String, String)] = []) -> [(String, String)] {
    request("POST", "/inference.GRPCInferenceService/\(method)")
      + [("te", "trailers"), ("content-type", "application/grpc")] + more
  }

  /// The fields that every request begins with.
  static func request(_ method: String, _ path: String) -> [(String, String)] {
    [(":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost")]
  }

  /// Every stream that has ended, of frames that a server sent; whatever is cut off at the end does not count.
  static func endedStreams(_ received: [UInt8]) -> Set<UInt32> {
    var ended: Set<UInt32> = []
    each(received) { kind, flags, stream, _ in
      if kind <= Kind.headers.rawValue, flags & endStream != 0 { ended.insert(stream) }
    }
    return ended
  }

  /// How many frames of a kind a server sent.
  static func count(_ wanted: Kind, in received: [UInt8]) -> Int {
    var count = 0
    each(received) { kind, _, _, _ in count += kind == wanted.rawValue ? 1 : 0 }
    return count
  }

  /// What answers the pings that a server sent.
  static func pingAnswers(_ received: [UInt8]) -> [UInt8] {
    var answers: [UInt8] = []
    each(received) { kind, flags, _, payload in
      guard kind == Kind.ping.rawValue, flags & acknowledgement == 0 else { return }
      answers += frame(.ping, acknowledgement, 0, payload)
    }
    return answers
  }

  /// The fields of all heads and trailers that a server sent, as `name: value`.
  static func fields(_ received: [UInt8]) -> [String] {
    var decoder = HPACKDecoder(allocator: ByteBufferAllocator())
    var fields: [String] = []
    each(received) { kind, _, _, payload in
      guard kind == Kind.headers.rawValue else { return }
      var block = ByteBuffer(bytes: payload)
      let headers = (try? decoder.decodeHeaders(from: &block)) ?? [:]
      fields += headers.map { "\($0.name): \($0.value)" }
    }
    return fields
  }

  static func each(_ received: [UInt8], _ body: (_ kind: UInt8, _ flags: UInt8, _ stream: UInt32, [UInt8]) -> Void) {
    var position = 0
    while position + 9 <= received.count {
      let head = received[position..<position + 9].map(UInt32.init)
      let length = Int(head[0] << 16 | head[1] << 8 | head[2])
      guard position + 9 + length <= received.count else { return }
      let stream = head[5] << 24 | head[6] << 16 | head[7] << 8 | head[8]
      body(UInt8(head[3]), UInt8(head[4]), stream, Array(received[position + 9..<position + 9 + length]))
      position += 9 + length
    }
  }
}

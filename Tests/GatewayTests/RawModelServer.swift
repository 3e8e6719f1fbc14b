import Foundation
import Synchronization
import TestSupport

/// A model server that keeps connections open behind its answers, and has bad manners on them.
final class RawModelServer: Sendable {
  enum Manners: Sendable {
    /// Closes a connection without a word on the second question.
    case closes
    /// Gives an inference the answer to the one before it on its connection.
    case shifts
  }

  private let socket = LoopbackSocket()
  private let count = Counter()

  private final class Counter: Sendable {
    private let value = Mutex(0)

    var now: Int { value.withLock { $0 } }

    func add() { value.withLock { $0 += 1 } }
  }

  var port: Int { socket.port }

  /// How many questions it has closed a connection on.
  var unanswered: Int { count.now }

  init(_ manners: Manners) {
    listen(socket.descriptor, 16)
    Thread.detachNewThread { [socket, count] in
      while case let connection = accept(socket.descriptor, nil, nil), connection >= 0 {
        Thread.detachNewThread { Self.serve(connection, manners, count) }
      }
    }
  }

  deinit {
    shutdown(socket.descriptor, Int32(SHUT_RDWR))
    close(socket.descriptor)
  }

  private static func serve(_ connection: Int32, _ manners: Manners, _ count: Counter) {
    defer { close(connection) }
    var isFirst = true
    var former: String?
    while let question = receive(connection) {
      if manners == .closes, !isFirst { return count.add() }
      isFirst = false
      let own = question.firstMatch(of: /"id":"([^"]*)"/).map { String($0.1) }
      guard send(connection, answer(question, id: former ?? own ?? "")) else { return }
      if let own { former = own }
    }
  }

  /// A question with its body; `nil` at the end.
  private static func receive(_ connection: Int32) -> String? {
    var (bytes, part) = ([UInt8](), [UInt8](repeating: 0, count: 65_536))
    while true {
      let count = recv(connection, &part, part.count, 0)
      guard count > 0 else { return nil }
      bytes += part.prefix(count)
      let text = String(decoding: bytes, as: UTF8.self)
      if isWhole(text) { return text }
    }
  }

  private static func isWhole(_ text: String) -> Bool {
    guard let end = text.firstRange(of: "\r\n\r\n") else { return false }
    let length = text[..<end.lowerBound].lowercased().firstMatch(of: /content-length: *([0-9]+)/).flatMap { Int($0.1) }
    return text[end.upperBound...].utf8.count >= length ?? 0
  }

  private static func send(_ connection: Int32, _ body: String) -> Bool {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    let answer = Array((head + body).utf8)
    return Foundation.send(connection, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count
  }

  private static func answer(_ question: String, id: String) -> String {
    if question.hasPrefix("POST ") {
      return #"{"model_name":"m","id":"\#(id)","outputs":[{"name":"y","datatype":"FP32","shape":[1],"data":[0.5]}]}"#
    }
    if question.hasPrefix("GET /v2/models/signs/ready ") { return "{}" }
    if question.hasPrefix("GET /v2 ") { return #"{"name":"raw","version":"1","extensions":[]}"# }
    let input = #"{"name":"x","datatype":"FP32","shape":[-1,3,64,64]}"#
    return #"{"name":"signs","versions":["1"],"platform":"p","inputs":[\#(input)],"outputs":[]}"#
  }
}

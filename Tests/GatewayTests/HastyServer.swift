import Foundation
import Synchronization
import TestSupport

/// A model server that keeps each connection open behind its first answer, and closes it without a word on the next question.
final class HastyServer: Sendable {
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

  init() {
    listen(socket.descriptor, 16)
    Thread.detachNewThread { [socket, count] in
      while case let connection = accept(socket.descriptor, nil, nil), connection >= 0 {
        Thread.detachNewThread { Self.serve(connection, count) }
      }
    }
  }

  deinit {
    shutdown(socket.descriptor, Int32(SHUT_RDWR))
    close(socket.descriptor)
  }

  private static func serve(_ connection: Int32, _ count: Counter) {
    defer { close(connection) }
    guard let question = receive(connection) else { return }
    let body = body(question)
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: \(body.utf8.count)\r\n\r\n"
    let answer = Array((head + body).utf8)
    guard send(connection, answer, answer.count, Int32(MSG_NOSIGNAL)) == answer.count else { return }
    if receive(connection) != nil { count.add() }
  }

  /// A question, which comes in one piece; `nil` at the end.
  private static func receive(_ connection: Int32) -> String? {
    var bytes = [UInt8](repeating: 0, count: 65_536)
    let count = recv(connection, &bytes, bytes.count, 0)
    return count > 0 ? String(decoding: bytes.prefix(count), as: UTF8.self) : nil
  }

  private static func body(_ question: String) -> String {
    if question.hasPrefix("GET /v2/models/signs/ready ") { return "{}" }
    if question.hasPrefix("GET /v2 ") { return #"{"name":"hasty","version":"1","extensions":[]}"# }
    let input = #"{"name":"x","datatype":"FP32","shape":[-1,3,64,64]}"#
    return #"{"name":"signs","versions":["1"],"platform":"p","inputs":[\#(input)],"outputs":[]}"#
  }
}

import Foundation
import TestSupport

/// A server on this machine that says what a test wants, whatever it is asked.
final class FakeServer: Sendable {
  let port: Int
  private let listener: Int32

  /// - Parameters:
  ///   - answers: to each client: one is sent for each thing that arrives; then the connection is closed.
  ///   - delay: how much later than what is asked.
  init(_ answers: [[UInt8]], after delay: Duration = .zero) throws {
    let socket = LoopbackSocket()
    let listener = socket.descriptor
    listen(listener, 8)
    port = socket.port
    self.listener = listener
    Thread.detachNewThread { Self.serve(listener, answers, delay) }
  }

  /// Ends what waits for clients, which then closes the listener: until then its number is nobody else's.
  deinit { shutdown(listener, Int32(SHUT_RDWR)) }

  private static func serve(_ listener: Int32, _ answers: [[UInt8]], _ delay: Duration) {
    while case let client = accept(listener, nil, nil), client >= 0 {
      Thread.detachNewThread { answer(client, answers, delay) }
    }
    close(listener)
  }

  private static func answer(_ client: Int32, _ answers: [[UInt8]], _ delay: Duration) {
    var asked = [UInt8](repeating: 0, count: 65_536)
    for answer in answers {
      guard recv(client, &asked, asked.count, 0) > 0 else { break }
      Thread.sleep(forTimeInterval: delay / .seconds(1))
      var sent = 0
      while sent < answer.count {
        let count = answer.withUnsafeBytes { bytes in
          send(client, bytes.baseAddress?.advanced(by: sent), bytes.count - sent, Int32(MSG_NOSIGNAL))
        }
        guard count > 0 else { break }
        sent += count
      }
    }
    close(client)
  }
}

import StatefulDetectionRedis
import Testing

struct UnsteadyServerTests {
  /// To come back at once would be to come back a thousand times a second.
  @Test func aServerThatEndsEachConnectionBehindItsFirstReplyIsToldAndWaitedFor() async throws {
    let time = "*2\r\n$10\r\n1700000000\r\n$1\r\n0\r\n"
    let (noNewest, nothingNew) = ("*0\r\n", "*-1\r\n")
    let server = try FakeServer([time, noNewest, nothingNew].map { Array($0.utf8) })
    let sharer = TestSharer(try RedisAddress("redis://127.0.0.1:\(server.port)"))
    try await sharer.until { $0.changes.contains("shared-memory-unreachable") }
  }

  /// Else the same questions would be added again with each try, and never be done.
  @Test func aServerThatAnswersLateIsWaitedFor() async throws {
    let (added, trimmed) = ("$15\r\n1700000000000-0\r\n", "*0\r\n:1\r\n")
    let server = try FakeServer(
      [added, trimmed].map { Array($0.utf8) }, after: AnswerPatience.shortest + .milliseconds(300))
    let sharer = TestSharer(try RedisAddress("redis://127.0.0.1:\(server.port)"))
    sharer.share(Samples.question())
    try await sharer.until { $0.sent == 1 }
  }
}

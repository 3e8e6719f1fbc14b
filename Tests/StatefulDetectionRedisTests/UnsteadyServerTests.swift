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
}

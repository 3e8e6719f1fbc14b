import Gateway
import Testing

struct AnsweredStreamsTests {
  @Test("the oldest that has not ended goes first")
  func order() {
    var streams = AnsweredStreams<Int, String>()
    for stream in 0..<6 { streams.add(stream, of: "connection \(stream / 2)") }
    for ended in [0, 1, 3, 7] { streams.remove(ended) }
    #expect(streams.count == 3)
    streams.add(0, of: "another")
    let removed = (0..<5).map { _ in streams.removeOldest() }
    #expect(removed == ["connection 1", "connection 2", "connection 2", "another", nil])
    #expect(streams.count == 0)
  }
}

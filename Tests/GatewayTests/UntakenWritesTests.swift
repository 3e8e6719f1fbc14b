import Gateway
import NIOCore
import Testing

/// How long an answer may wait for its client, by a clock of the test.
struct UntakenWritesTests {
  private func time(_ seconds: Int64) -> NIODeadline { .uptimeNanoseconds(0) + .seconds(seconds) }

  private func untaken(patience: Int64 = 10) -> UntakenWrites {
    UntakenWrites(patience: .seconds(patience), pace: Pace(bytes: 20_000, interval: .seconds(3)))
  }

  @Test("what is taken at once is waited for no longer")
  func taken() {
    var untaken = untaken()
    #expect(untaken.isEmpty && untaken.end == nil)
    untaken.add(at: time(100))
    #expect(untaken.end == time(110))
    untaken.remove(at: time(101))
    #expect(untaken.isEmpty && untaken.end == nil)
  }

  @Test("the time counts from the last write that was taken, however many follow it")
  func progress() {
    var untaken = untaken()
    untaken.add(at: time(100))
    for _ in 0..<1000 { untaken.add(at: time(108)) }
    #expect(untaken.end == time(110), "writing more wins no time")
    untaken.remove(at: time(109))
    #expect(untaken.end == time(119))
  }

  @Test("a piece has as long as it needs at the slowest pace, where connections may be idle for less")
  func pace() {
    var untaken = untaken(patience: 1)
    untaken.add(at: time(100))
    #expect(untaken.end == time(103))
    #expect(UntakenWrites.pieceSize <= Pace.standard.bytes)
  }

  @Test("large writes are cut into pieces, small and empty ones are not", arguments: [0, 1, 16_384, 16_385, 100_000])
  func pieces(count: Int) {
    let whole = ByteBuffer(bytes: (0..<count).map { UInt8(truncatingIfNeeded: $0 / 1000) })
    let pieces = whole.pieces
    #expect(pieces.count == max(1, (count + UntakenWrites.pieceSize - 1) / UntakenWrites.pieceSize))
    #expect(pieces.allSatisfy { $0.readableBytes <= UntakenWrites.pieceSize })
    #expect(pieces.flatMap { Array($0.readableBytesView) } == Array(whole.readableBytesView))
  }
}

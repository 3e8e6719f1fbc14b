import ImageCodecs
import TestSupport
import Testing

struct ByteSearchTests {
  @Test func findsWhatALoopFinds() {
    var random = RepeatableRandom(seed: 5)
    for count in [0, 1, 2, 15, 16, 17, 31, 32, 33, 100] {
      let bytes = (0..<count).map { _ in UInt8.random(in: 0...9, using: &random) }
      for start in 0...count {
        for wanted: UInt8 in [0, 3, 9, 10, 255] {
          let expected = (start..<count).first { bytes[$0] == wanted }
          #expect(bytes.span.firstOffset(of: wanted, from: start) == expected)
        }
      }
    }
  }

  @Test func staysInsideAPartOfTheBytes() {
    let bytes: [UInt8] = [7, 1, 2, 3, 7]
    let inner = bytes.span.extracting(1..<4)
    #expect(inner.firstOffset(of: 7, from: 0) == nil)
    #expect(inner.firstOffset(of: 3, from: 1) == 2)
  }
}

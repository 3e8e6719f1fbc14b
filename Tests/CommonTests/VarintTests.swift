import Common
import Testing

struct VarintTests {
  @Test(
    "numbers take as many bytes as they need",
    arguments: [
      ([0], 0), ([1], 1), ([0x7F], 127), ([0x80, 1], 128), ([0xAC, 2], 300), ([0x80, 0x80, 0], 0),
      ([UInt8](repeating: 0xFF, count: 9) + [1], .max),
    ] as [([UInt8], UInt64)])
  func numbers(bytes: [UInt8], value: UInt64) {
    var position = 2
    #expect(Varint.read([9, 9] + bytes + [5], at: &position, before: bytes.count + 2) == value)
    #expect(position == bytes.count + 2)
  }

  @Test(
    "what ends before the number does, or goes on for longer than ten bytes, is none, and nothing is passed over",
    arguments: [[], [0x80], [0xFF, 0xFF], [UInt8](repeating: 0x80, count: 10) + [1]] as [[UInt8]])
  func unfinished(bytes: [UInt8]) {
    var position = 0
    #expect(Varint.read(bytes, at: &position, before: bytes.count) == nil)
    #expect(position == 0)
  }

  @Test("a message ends where it is said to end")
  func end() {
    var position = 0
    #expect(Varint.read([0x80, 1], at: &position, before: 1) == nil && position == 0)
  }
}

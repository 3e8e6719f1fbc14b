import Common
import Testing

@Suite struct FNV1aTests {
  @Test(
    "hashes are those of the authors' own test vectors",
    arguments: [("", 0xCBF2_9CE4_8422_2325), ("a", 0xAF63_DC4C_8601_EC8C), ("foobar", 0x8594_4171_F739_67E8)]
      as [(String, UInt64)])
  func reference(text: String, hash: UInt64) {
    #expect(FNV1a(text).value == hash)
    var parts = FNV1a()
    parts.add(Array(text.utf8))
    #expect(parts.value == hash)
  }
}

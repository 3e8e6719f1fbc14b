import Common
import Testing

struct CTextTests {
  @Test(
    "the text of a buffer ends at its first zero, or with it",
    arguments: [
      ([], ""), ([0], ""), ([65, 66], "AB"), ([65, 0, 66], "A"), ([0xC3, 0xA9, 0], "é"), ([0xC3, 0, 0xA9], "\u{FFFD}"),
    ] as [([UInt8], String)])
  func text(bytes: [UInt8], text: String) {
    #expect(String(cCharacters: bytes) == text)
    #expect(String(cCharacters: bytes.map { CChar(truncatingIfNeeded: $0) }) == text)
  }
}

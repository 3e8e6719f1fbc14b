import Common
import Testing

@Suite struct HexadecimalTests {
  @Test func everyByteHasTwoDigitsAndComesBack() {
    let bytes = (0...255).map { UInt8($0) }
    let text = Hexadecimal.text(bytes)
    #expect(text.hasPrefix("000102") && text.hasSuffix("fdfeff") && text.utf8.count == 512)
    #expect(Hexadecimal.bytes(text.utf8) == bytes)
    #expect(Hexadecimal.bytes(text.uppercased().utf8) == bytes)
  }

  @Test func numbersHaveSixteenDigits() {
    #expect(Hexadecimal.text(0xAB as UInt64) == "00000000000000ab")
    #expect(Hexadecimal.text(UInt64.max) == String(repeating: "f", count: 16))
  }

  @Test(arguments: ["a", "abc", "0g", "0x12", " 12", "1 2", "-1", "ä"])
  func otherTextIsRefused(text: String) {
    #expect(Hexadecimal.bytes(text.utf8) == nil)
  }

  @Test func noDigitsAreNoBytes() { #expect(Hexadecimal.bytes("".utf8) == []) }

  @Test func digestsHaveSixtyFourSmallDigits() {
    let digest = String(repeating: "0a", count: 32)
    #expect(digest.isDigest)
    #expect(!digest.uppercased().isDigest && !String(digest.dropLast()).isDigest && !(digest + "0").isDigest)
  }
}

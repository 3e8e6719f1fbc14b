import Common
import Cryptography
import TestSupport
import Testing

/// Digests and codes, with the values that standards publish.
struct DigestsTests {
  @Test("the digest of a text is that of FIPS 180-4")
  func digest() {
    #expect(
      Digests.sha256(Array("abc".utf8)) == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad")
    #expect(Digests.sha256([]) == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
  }

  @Test("a file has the digest of its bytes, also in several blocks", arguments: [0, 1, 3_000_000])
  func file(length: Int) throws {
    let folder = try TemporaryFolder()
    let bytes = (0..<length).map { UInt8(truncatingIfNeeded: $0 % 251) }
    #expect(try Digests.sha256OfFile(folder.file("bytes", bytes)) == Digests.sha256(bytes))
    let error = #expect(throws: SluiceError.self) { try Digests.sha256OfFile("\(folder.path)/missing") }
    #expect(error?.code == .unreadableFile)
  }

  @Test("the code of a text is that of RFC 4231, case 2")
  func code() {
    let code = Digests.hmac(Array("Jefe".utf8), "what do ya want for nothing?")
    #expect(Hexadecimal.text(code) == "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843")
  }
}

import ImageCodecs
import TestSupport
import Testing

struct ColourProfileTests {
  private func decoded(_ bytes: [UInt8], _ extras: DecodedExtras = .colourProfile) throws -> DecodedImage {
    try ImageDecoder().decode(bytes.span, keeping: extras)
  }

  /// A JPEG with one APP2 segment for each (number, count, bytes).
  private func jpeg(_ segments: [(UInt8, UInt8, [UInt8])]) throws -> [UInt8] {
    let sound = try EncodedImages.jpeg()
    let inserted = segments.flatMap { number, count, piece in
      let body = Array("ICC_PROFILE\0".utf8) + [number, count] + piece
      return [0xFF, 0xE2, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }
    return sound[..<2] + inserted + sound[2...]
  }

  private func png(_ chunk: [UInt8]) throws -> [UInt8] {
    let sound = try EncodedImages.png()
    return sound[..<33] + EncodedImages.chunk("iCCP", chunk) + sound[33...]
  }

  private func isDamaged(_ bytes: [UInt8]) throws -> Bool {
    let decoded = try decoded(bytes)
    return decoded.colourProfile == nil && decoded.findings.contains(Finding(.damagedMetadata, count: 1))
  }

  @Test func segmentsAreJoinedInTheOrderOfTheirNumbers() throws {
    let bytes = try jpeg([(2, 3, [4, 5]), (3, 3, [6]), (1, 3, [1, 2, 3])])
    let decoded = try decoded(bytes)
    #expect(decoded.colourProfile == [1, 2, 3, 4, 5, 6])
    #expect(decoded.findings == [Finding(.colourProfile, count: 6)])
    let unasked = try self.decoded(bytes, [])
    #expect(unasked.colourProfile == nil)
    #expect(unasked.findings == [Finding(.colourProfile, count: 6)])
  }

  @Test func brokenSequencesOfSegmentsAreDamaged() throws {
    for segments: [(UInt8, UInt8, [UInt8])] in [
      [(1, 2, [1])], [(2, 2, [1])], [(1, 2, [1]), (1, 2, [2])], [(0, 1, [1])], [(1, 0, [1])],
      [(1, 2, [1]), (2, 3, [2])], [(1, 1, [])], [(1, 1, [1]), (2, 1, [2])],
    ] {
      #expect(try isDamaged(jpeg(segments)), "\(segments)")
    }
  }

  @Test func aJPEGProfileBeyondFourMegabytesIsDamaged() throws {
    let piece = [UInt8](repeating: 7, count: 65_000)
    #expect(try isDamaged(jpeg((1...65).map { ($0, 65, piece) })))
    #expect(try decoded(jpeg((1...64).map { ($0, 64, piece) })).colourProfile?.count == 64 * 65_000)
  }

  @Test func aPNGProfileIsInflated() throws {
    let profile = (0..<70_000).map { UInt8(truncatingIfNeeded: $0 &* 31 >> 3) }
    let bytes = try png(Array("name".utf8) + [0, 0] + EncodedImages.deflated(profile))
    #expect(try decoded(bytes).colourProfile == profile)
    #expect(try decoded(bytes, []).colourProfile == nil)
  }

  @Test func malformedPNGProfilesAreDamaged() throws {
    let stream = EncodedImages.deflated([1, 2, 3])
    let name = Array("name".utf8)
    for chunk in [
      [], [0], [0, 0] + stream, name, name + [0], name + [0, 0], name + [0, 1] + stream,
      name + [0, 0] + stream.dropLast(),
      name + [0, 0] + EncodedImages.deflated([]), [UInt8](repeating: 65, count: 80) + [0, 0] + stream,
    ] {
      #expect(try isDamaged(png(chunk)), "\(chunk.count) bytes")
    }
    let tooLong = EncodedImages.deflated([UInt8](repeating: 1, count: 4 << 20 + 1))
    #expect(try isDamaged(png(name + [0, 0] + tooLong)))
  }

  @Test func profilesOfTheFixturesAreThere() throws {
    for name in ["metadata.png", "findings.jpg"] {
      let decoded = try decoded(try Repository.bytes("\(DecodingTests.fixtures)/\(name)"))
      let found = decoded.colourProfile
      let profile = try #require(found)
      // The signature of every ICC profile.
      #expect(Array(profile[36..<40]) == Array("acsp".utf8))
      #expect(!decoded.findings.map(\.code).contains(.damagedMetadata))
    }
  }

  @Test func gammaIsThatOfTheFile() throws {
    #expect(try decoded(try Repository.bytes("\(DecodingTests.fixtures)/metadata.png")).gamma == 0.02)
    #expect(try decoded(EncodedImages.png()).gamma == nil)
    let sound = try EncodedImages.png()
    let sRGB = EncodedImages.chunk("gAMA", EncodedImages.bigEndian(45455))
    #expect(try decoded(sound[..<33] + sRGB + sound[33...]).gamma == 0.45455)
  }
}

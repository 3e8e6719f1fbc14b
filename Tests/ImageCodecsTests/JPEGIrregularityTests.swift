import ImageCodecs
import TestSupport
import Testing

/// Bytes between the segments of a JPEG that libjpeg passes over: so do the walk over its structure and the decoder, in
/// the same way.
struct JPEGIrregularityTests {
  /// Where the markers of the segments stand, before the first scan and with it.
  private func markers(of jpeg: [UInt8]) -> [Int] {
    var offsets: [Int] = []
    var offset = 2
    while jpeg[offset + 1] != 0xDA {
      offsets.append(offset)
      offset += 2 + Int(jpeg[offset + 2]) << 8 + Int(jpeg[offset + 3])
    }
    return offsets.dropFirst() + [offset]
  }

  private func decode(_ bytes: [UInt8]) throws -> (pixels: [UInt8], findings: [Finding]) {
    let decoded = try ImageDecoder().decode(bytes.span)
    return (decoded.pixels.array, decoded.findings)
  }

  @Test(
    arguments: [
      [0x41], [0, 0, 0], [0x41, 0xFF, 0], [0xFF, 0, 0xFF, 0, 1], [0xFF, 0xD3], [0xFF, 1], [7, 0xFF, 0xD0, 9],
    ] as [[UInt8]])
  func junkBetweenSegmentsIsPassedOver(junk: [UInt8]) throws {
    let sound = try EncodedImages.jpeg()
    let expected = try decode(sound).pixels
    for offset in markers(of: sound) {
      let found = try decode(sound[..<offset] + junk + sound[offset...])
      #expect(found.pixels == expected)
      // Pillow refuses this one.
      let ambiguous: [Finding.Code] = junk == [0xFF, 1] ? [.ambiguousForm] : []
      #expect(found.findings.map(\.code) == ambiguous + [.decoderWarnings])
    }
  }

  /// A segment that one of the two took for junk could carry another picture past the other.
  @Test func segmentsBehindJunkAreThoseOfTheDecoder() throws {
    let sound = try EncodedImages.jpeg()
    let comment: [UInt8] = [0xFF, 0xFE, 0, 6, 0xFF, 0xD9, 0xFF, 0xD8]
    let found = try decode(sound[..<2] + sound[2..<20] + [0x11] + comment + sound[20...])
    #expect(found.pixels == (try decode(sound).pixels))
    #expect(found.findings.map(\.code) == [.text, .decoderWarnings])
  }

  @Test(arguments: [0xE5, 0xFE] as [UInt8], [0, 1] as [UInt8])
  func aSegmentOfImpossibleLengthHasItsLengthAlone(marker: UInt8, length: UInt8) throws {
    let sound = try EncodedImages.jpeg()
    let found = try decode(sound[..<20] + [0xFF, marker, 0, length] + sound[20...])
    #expect(found.pixels == (try decode(sound).pixels))
    #expect(found.findings.contains(Finding(.decoderWarnings, count: 1)))
  }

  @Test func missingScansAreAFinding() throws {
    let whole = try Repository.bytes("\(DecodingTests.fixtures)/progressive-420.jpg")
    #expect(try decode(whole).findings == [])
    let scans = whole.indices.dropLast().filter { whole[$0] == 0xFF && whole[$0 + 1] == 0xDA }
    let missing = try scans.dropFirst().map { scan in
      try #require(try decode(whole[..<scan] + [0xFF, 0xD9]).findings.first { $0.code == .incompleteScans }?.count)
    }
    // The first scan brings one coefficient of each component, without its last bit; the last one bits of luma.
    #expect(missing.first == 3 * 64 && missing.last == 63)
    #expect(missing == missing.sorted(by: >))
  }

  @Test(
    "components of one name are each its own, for the decoder, the findings and the work",
    arguments: [[1, 1, 1], [1, 1, 3], [3, 1, 3]] as [[UInt8]])
  func componentsOfOneName(names: [UInt8]) throws {
    let sound = try EncodedImages.jpeg()
    var named = sound
    for (marker, first, step) in [(0xC0, 10, 3), (0xDA, 5, 2)] as [(UInt8, Int, Int)] {
      let start = try #require(sound.indices.dropLast().first { sound[$0] == 0xFF && sound[$0 + 1] == marker })
      for (index, name) in names.enumerated() { named[start + first + step * index] = name }
    }
    let (found, expected) = (try decode(named), try decode(sound))
    #expect(found.pixels == expected.pixels && found.findings == [])
    #expect(try ImageDecoder().demand(of: named.span) == ImageDecoder().demand(of: sound.span))
  }

  /// What a file says about its colours, and what they are.
  private struct Colours: Sendable {
    var isJFIF = false
    var adobe: UInt8?
    let names: String
    let name: String
  }

  @Test(arguments: [
    Colours(names: "RGB", name: "rgb"), Colours(names: "\u{1}\u{2}\u{3}", name: "ycbcr"),
    Colours(isJFIF: true, names: "RGB", name: "ycbcr"), Colours(adobe: 0, names: "\u{1}\u{2}\u{3}", name: "rgb"),
    Colours(adobe: 1, names: "RGB", name: "ycbcr"), Colours(isJFIF: true, adobe: 0, names: "RGB", name: "ycbcr"),
  ])
  private func coloursAreNamedAsTheDecoderSettlesThem(colours: Colours) throws {
    var jpeg = try EncodedImages.jpeg()
    let jfifSegment = jpeg[2..<20]
    var segments: [UInt8] = colours.isJFIF ? Array(jfifSegment) : []
    if let transform = colours.adobe {
      segments += [0xFF, 0xEE, 0, 14]
      segments += Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, transform]
    }
    for marker in [0xC0, 0xDA] as [UInt8] {
      let start = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == marker })
      for (index, name) in colours.names.utf8.enumerated() {
        jpeg[start + (marker == 0xC0 ? 10 + 3 * index : 5 + 2 * index)] = name
      }
    }
    jpeg.replaceSubrange(2..<20, with: segments)
    #expect(try ImageDecoder().decode(jpeg.span).header.colour == colours.name)
  }

  @Test(
    arguments: [
      (0x22, 0x12, JPEGCompression.ChromaSubsampling.horizontal), (0x22, 0x21, .vertical), (0x21, 0x11, .horizontal),
      (0x41, 0x21, .horizontal), (0x41, 0x11, .other), (0x21, 0x21, .none), (0x12, 0x11, .vertical),
    ] as [(UInt8, UInt8, JPEGCompression.ChromaSubsampling)])
  func subsamplingIsARatioOfFactors(luma: UInt8, chroma: UInt8, expected: JPEGCompression.ChromaSubsampling) throws {
    // One group of blocks is enough for any factors; what a scan of it shows does not matter here.
    var jpeg = try EncodedImages.jpeg(width: 96, height: 96)
    let start = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    (jpeg[start + 5], jpeg[start + 6], jpeg[start + 7], jpeg[start + 8]) = (0, 8, 0, 8)
    (jpeg[start + 11], jpeg[start + 14], jpeg[start + 17]) = (luma, chroma, chroma)
    #expect(try ImageDecoder().decode(jpeg.span).header.jpeg?.subsampling == expected)
  }
}

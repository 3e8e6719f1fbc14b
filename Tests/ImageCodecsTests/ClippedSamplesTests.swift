import ImageCodecs
import TestSupport
import Testing

/// Gray samples of 16 bits, as Pillow makes 8 bits of them.
struct ClippedSamplesTests {
  private static let samples: [UInt16] = [0, 1, 255, 256, 300, 65_535]

  /// What was decoded of a picture of three columns and two rows, and its samples clipped.
  private func decoded(
    _ chunks: [UInt8] = [], _ extras: DecodedExtras = .clippedSamples
  ) throws -> (pixels: [UInt8], clipped: [UInt8]?) {
    let png = EncodedImages.pngOf16Bits(Self.samples, width: 3, before: chunks)
    var decoded = try ImageDecoder().decode(png.span, keeping: extras)
    let pixels = decoded.pixels.array
    return (pixels, takeClipped(of: &decoded))
  }

  private func takeClipped(of image: inout DecodedImage) -> [UInt8]? {
    guard let plane = image.clippedSamples.take() else { return nil }
    return plane.array
  }

  @Test("samples are clipped at 255 beside their high bytes")
  func clipping() throws {
    let (pixels, clipped) = try decoded()
    #expect(pixels == [0, 0, 0, 1, 1, 255])
    #expect(clipped == [0, 1, 255, 255, 255, 255])
    // A sample that is declared transparent changes nothing.
    let transparency = EncodedImages.chunk("tRNS", [0, 1])
    #expect(try decoded(transparency, [.clippedSamples, .alpha]).clipped == clipped)
  }

  @Test("clipped samples are turned with the picture")
  func turning() throws {
    let upsideDown =
      Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, 3, 0, 0, 0, 0, 0, 0]
    let (pixels, clipped) = try decoded(EncodedImages.chunk("eXIf", upsideDown))
    #expect(pixels == [255, 1, 1, 0, 0, 0])
    #expect(clipped == [255, 255, 255, 255, 1, 0])
  }

  @Test("only gray files of 16 bits have clipped samples, and where they are asked for", arguments: DecodingTests.names)
  func filesWithout(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    var decoded = try ImageDecoder().decode(bytes.span, keeping: .clippedSamples)
    let clipped = takeClipped(of: &decoded) != nil
    #expect(clipped == name.hasPrefix("gray16"))
    let (asked, plain) = try (
      ImageDecoder().demand(of: bytes.span, keeping: .clippedSamples), ImageDecoder().demand(of: bytes.span)
    )
    let more = clipped ? asked.size.area : 0
    #expect(asked.memory == plain.memory + more && asked.work == plain.work + more)
    #expect(try self.decoded([], []).clipped == nil)
  }
}

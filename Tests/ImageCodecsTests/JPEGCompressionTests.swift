import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

@Suite struct JPEGCompressionTests {
  private func compression(_ bytes: [UInt8]) throws -> JPEGCompression? {
    let decoded = try ImageDecoder().decode(bytes.span)
    return decoded.header.jpeg
  }

  private func samples(_ bytes: [UInt8]) throws -> [UInt8] {
    let decoded = try ImageDecoder().decode(bytes.span)
    return decoded.pixels.array
  }

  /// The place of a segment's first byte after its length.
  private func body(_ marker: UInt8, in bytes: [UInt8]) throws -> Int {
    try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker }) + 4
  }

  @Test("the quality is the one that the file was saved with", arguments: 1...100)
  func qualityIsRecovered(quality: Int) throws {
    let bytes = try PixelImage.noise(width: 16, height: 16, channels: .rgb).encodedAsJPEG(quality: quality)
    #expect(try compression(bytes)?.quality == quality)
  }

  private func encoded(_ channels: PixelChannels, fullChroma: Bool) throws -> [UInt8] {
    try PixelImage.noise(width: 16, height: 16, channels: channels).encodedAsJPEG(quality: 80, fullChroma: fullChroma)
  }

  @Test("chroma subsampling is what the sampling factors say")
  func subsampling() throws {
    #expect(try compression(encoded(.rgb, fullChroma: false))?.subsampling == .both)
    #expect(try compression(encoded(.rgb, fullChroma: true))?.subsampling == JPEGCompression.ChromaSubsampling.none)
    #expect(try compression(encoded(.gray, fullChroma: false))?.subsampling == .gray)
    #expect(try compression(EncodedImages.png()) == nil)
  }

  @Test("full chroma keeps the colour of single pixels, and half of it does not")
  func fullChromaKeepsColour() throws {
    var source: [UInt8] = []
    for index in 0..<32 * 32 {
      let isRed = (index + index / 32) % 2 == 0
      source += isRed ? [200, 60, 60] : [60, 60, 200]
    }
    func error(fullChroma: Bool) throws -> Int {
      let image = PixelImage(source, width: 32, height: 32, channels: .rgb)
      let decoded = try samples(image.encodedAsJPEG(quality: 95, fullChroma: fullChroma))
      return zip(decoded, source).reduce(0) { $0 + abs(Int($1.0) - Int($1.1)) } / source.count
    }
    let (full, half) = (try error(fullChroma: true), try error(fullChroma: false))
    #expect(full < 8 && half > 30)
  }

  @Test("tables and factors that make no sense give no quality, and never more than the decoder's own error")
  func hostileHeaders() throws {
    let bytes = try EncodedImages.jpeg()
    let (tables, frame) = (try body(0xDB, in: bytes), try body(0xC0, in: bytes))
    for (place, value) in [
      (tables, 0x02), (tables, 0x10), (tables, 0xFF), (frame + 6 + 1, 0x00), (frame + 6 + 1, 0xFF),
      (frame + 6 + 2, 0x07),
      (frame + 6 + 4, 0x22), (frame + 5, 0x01), (frame + 5, 0xFF),
    ] {
      var damaged = bytes
      damaged[place] = UInt8(value)
      // A file that is refused is none of this test's; one that is decoded must not claim what it does not say.
      guard let found = try? compression(damaged) else { continue }
      #expect(found.quality.map { (1...100).contains($0) } ?? true)
    }
    // Cut after every byte of the headers.
    for count in 0..<frame + 20 {
      let cut = Array(bytes.prefix(count))
      #expect(throws: SluiceError.self) { try compression(cut) }
    }
  }
}

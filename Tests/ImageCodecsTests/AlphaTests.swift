import ImageCodecs
import Pixels
import TestSupport
import Testing

struct AlphaTests {
  private static let size = (width: 5, height: 3)
  private static let opacities: [UInt8] = [0, 1, 127, 254, 255, 255, 255, 9, 8, 7, 6, 255, 255, 2, 1]

  private func decoded(_ bytes: [UInt8]) throws -> DecodedImage {
    try ImageDecoder().decode(bytes.span, keeping: .alpha)
  }

  private func takeAlpha(of image: inout DecodedImage) -> [UInt8]? {
    guard let plane = image.alpha.take() else { return nil }
    return plane.array
  }

  private func png(
    _ samples: [UInt8], colourType: UInt8, before chunks: [UInt8] = []
  ) -> [UInt8] {
    EncodedImages.png(
      samples, width: Self.size.width, height: Self.size.height, colourType: colourType, before: chunks)
  }

  /// Decodes, and checks colours, opacities and the number of pixels reported as translucent.
  private func expect(_ bytes: [UInt8], colours: [UInt8], alpha: [UInt8], translucent: Int?) throws {
    var decoded = try decoded(bytes)
    #expect(decoded.pixels.array == colours)
    let kept = takeAlpha(of: &decoded)
    #expect(kept == alpha)
    #expect(decoded.findings.first { $0.code == .alpha }?.count == translucent)
    var plain = try ImageDecoder().decode(bytes.span)
    let unasked = takeAlpha(of: &plain)
    #expect(unasked == nil)
    #expect(plain.findings.first { $0.code == .alpha }?.count == translucent)
    #expect(plain.takePixels().array == colours)
  }

  @Test func colourWithAlpha() throws {
    let colours = PixelImage.noise(width: 5, height: 3, channels: .rgb).array
    var samples: [UInt8] = []
    for (pixel, opacity) in Self.opacities.enumerated() {
      samples += colours[3 * pixel..<3 * pixel + 3]
      samples.append(opacity)
    }
    try expect(png(samples, colourType: 6), colours: colours, alpha: Self.opacities, translucent: 10)
  }

  @Test func grayWithAlpha() throws {
    let gray = PixelImage.noise(width: 5, height: 3, channels: .gray).array
    let samples = zip(gray, Self.opacities).flatMap { [$0, $1] }
    try expect(
      png(samples, colourType: 4), colours: gray.flatMap { [$0, $0, $0] }, alpha: Self.opacities, translucent: 10)
  }

  @Test func transparentGray() throws {
    let gray: [UInt8] = [17, 1, 17, 2, 3, 4, 5, 6, 7, 17, 8, 9, 10, 11, 12]
    let chunk = EncodedImages.chunk("tRNS", [0, 17])
    try expect(
      png(gray, colourType: 0, before: chunk), colours: gray, alpha: gray.map { $0 == 17 ? 0 : 255 }, translucent: nil)
  }

  @Test func transparentColour() throws {
    let reds: [UInt8] = [1, 2, 3, 1, 1, 5, 6, 7, 8, 9, 1, 2, 3, 4, 5]
    let colours = reds.flatMap { red -> [UInt8] in [red, 2, 3] }
    let chunk = EncodedImages.chunk("tRNS", [0, 1, 0, 2, 0, 3])
    try expect(
      png(colours, colourType: 2, before: chunk), colours: colours, alpha: reds.map { $0 == 1 ? 0 : 255 },
      translucent: nil)
  }

  @Test func transparentPaletteEntries() throws {
    let indices: [UInt8] = [0, 1, 2, 3, 0, 1, 2, 3, 3, 3, 3, 0, 1, 2, 0]
    let palette: [UInt8] = [9, 8, 7, 1, 2, 3, 200, 100, 50, 0, 255, 0]
    let chunks = EncodedImages.chunk("PLTE", palette) + EncodedImages.chunk("tRNS", [0, 128, 254])
    let alphas: [UInt8] = [0, 128, 254, 255]
    try expect(
      png(indices, colourType: 3, before: chunks),
      colours: indices.flatMap { palette[3 * Int($0)..<3 * Int($0) + 3] }, alpha: indices.map { alphas[Int($0)] },
      translucent: nil)
  }

  @Test(arguments: 1...8)
  func alphaIsTurnedWithThePicture(orientation: Int) throws {
    let gray = PixelImage.noise(width: 5, height: 3, channels: .gray).array
    let exif: [UInt8] =
      Array("MM\0*".utf8) + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation), 0, 0]
    let bytes = png(
      gray.flatMap { [$0, $0] }, colourType: 4, before: EncodedImages.chunk("eXIf", exif + [0, 0, 0, 0]))
    var decoded = try decoded(bytes)
    #expect(decoded.pixels.size.width == (orientation < 5 ? 5 : 3))
    let colours = decoded.pixels.array
    let plane = takeAlpha(of: &decoded)
    let alpha = try #require(plane)
    #expect(alpha.flatMap { sample -> [UInt8] in [sample, sample, sample] } == colours)
    #expect((alpha == gray) == (orientation == 1))
  }

  @Test(arguments: DecodingTests.names.filter { $0.contains("alpha") || $0.contains("rgba") })
  func fixturesHaveAsManyTranslucentPixelsAsReported(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    var decoded = try decoded(bytes)
    let plane = takeAlpha(of: &decoded)
    let alpha = try #require(plane)
    let translucent = alpha.count { $0 < 255 }
    #expect(translucent > 0)
    #expect(decoded.findings.contains(Finding(.alpha, count: translucent)))
    #expect(decoded.pixels.array == (try DecodingTests.rgb(bytes)))
  }

  @Test(arguments: ["rgb8.png", "gray16-interlaced.png", "palette8.png", "baseline-420.jpg"])
  func opaqueFilesHaveNoAlpha(name: String) throws {
    var decoded = try decoded(try Repository.bytes("\(DecodingTests.fixtures)/\(name)"))
    let alpha = takeAlpha(of: &decoded)
    #expect(alpha == nil)
  }
}

import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// Image data that decoders show differently, or do not read to its end.
struct PNGDataTests {
  private func decode(_ bytes: [UInt8]) throws -> (pixels: [UInt8], findings: [Finding]) {
    let decoded = try ImageDecoder().decode(bytes.span)
    return (decoded.pixels.array, decoded.findings)
  }

  /// The chunk with the image data of a PNG that has one.
  private func imageData(of png: [UInt8]) throws -> Range<Int> {
    let type = try #require(png.indices.first { png[$0...].starts(with: Array("IDAT".utf8)) })
    let length = png[(type - 4)..<type].reduce(0) { $0 << 8 | Int($1) }
    return type - 4..<type + 8 + length
  }

  @Test(arguments: [false, true])
  func indexesWithoutAColourAreBlackAndCounted(hasTransparency: Bool) throws {
    let palette = EncodedImages.chunk("PLTE", [10, 20, 30, 40, 50, 60])
    let transparency = hasTransparency ? EncodedImages.chunk("tRNS", [7]) : []
    let png = EncodedImages.png(
      [0, 1, 2, 255, 1, 0], width: 3, height: 2, colourType: 3, before: palette + transparency)
    let (pixels, findings) = try decode(png)
    #expect(pixels == [10, 20, 30, 40, 50, 60, 0, 0, 0, 0, 0, 0, 40, 50, 60, 10, 20, 30])
    #expect(findings.last == Finding(.paletteIndex, count: 2))
    var decoded = try ImageDecoder().decode(png.span, keeping: .alpha)
    guard let plane = decoded.alpha.take() else {
      #expect(!hasTransparency)
      return
    }
    let alpha = plane.array
    #expect(alpha == [7, 255, 255, 255, 255, 7])
  }

  @Test func aPaletteThatIsLongEnoughIsNoFinding() throws {
    let palette = EncodedImages.chunk("PLTE", [10, 20, 30, 40, 50, 60])
    #expect(try decode(EncodedImages.png([0, 1], width: 2, height: 1, colourType: 3, before: palette)).findings == [])
  }

  @Test func aSecondPictureInTheImageDataIsAFinding() throws {
    let sound = try EncodedImages.png()
    let data = try imageData(of: sound)
    let second = Array(sound[data])
    let text = EncodedImages.chunk("tEXt", Array("a\0b".utf8))
    for extra in [second, text + second] {
      let found = try decode(sound[..<data.upperBound] + extra + sound[data.upperBound...])
      #expect(found.pixels == (try decode(sound).pixels))
      #expect(found.findings.contains(Finding(.excessImageData, count: second.count - 12)))
    }
  }

  @Test func dataBehindThePixelsInTheirChunkIsAFinding() throws {
    let rows = [[0, 1, 2, 3], [0, 4, 5, 6]] as [[UInt8]]
    func png(_ data: [UInt8]) -> [UInt8] { EncodedImages.pngDeclaring(width: 1, height: 2, data: data) }
    let stream = EncodedImages.deflated(rows.flatMap { $0 })
    #expect(try decode(png(stream)).findings == [])
    #expect(try decode(png(stream + [1, 2, 3])).findings.map(\.code) == [.excessImageData])
    let longer = EncodedImages.deflated((rows + rows).flatMap { $0 })
    let found = try decode(png(longer))
    #expect(found.pixels == [1, 2, 3, 4, 5, 6])
    #expect(found.findings.map(\.code) == [.excessImageData])
  }

  @Test func endlessDataBehindThePixelsIsNotInflated() throws {
    let data = EncodedImages.deflated([0, 1, 2, 3] + [UInt8](repeating: 0, count: 300_000))
    let png = EncodedImages.pngDeclaring(width: 1, height: 1, data: data)
    let error = #expect(throws: SluiceError.self) { _ = try decode(png) }
    #expect(error?.code == .tooMuchWork)
  }

  @Test func dataMayReachBackFurtherThanItSays() throws {
    // Every row is the one before the last: the data repeats itself at a distance of two rows.
    let rows = PixelImage.noise(width: 97, height: 2, channels: .rgb, seed: 5).array
    let samples = (0..<20).flatMap { _ in rows }
    let sound = try PixelImage(size: PixelSize(width: 97, height: 40), channels: .rgb, samples: samples).encodedAsPNG()
    let range = try imageData(of: sound)
    var data = Array(sound[range.dropFirst(8).dropLast(4)])
    #expect(data.count < samples.count / 4)
    // A window of 256 bytes, and the check bits for it.
    (data[0], data[1]) = (0x08, 0x1D)
    let narrow = sound[..<range.lowerBound] + EncodedImages.chunk("IDAT", data) + sound[range.upperBound...]
    let found = try decode(Array(narrow))
    #expect(found.pixels == samples)
    #expect(found.findings == [Finding(.decoderWarnings, count: 1)])
  }
}

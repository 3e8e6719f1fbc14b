import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

struct CancellationTests {
  /// How often decoding asks whether it is wanted, when it is told so `patience` times; and how it ends.
  private func questions(_ bytes: [UInt8], patience: Int) -> (count: Int, code: SluiceError.Code?) {
    var count = 0
    do throws(SluiceError) {
      let isWanted = {
        count += 1
        return count <= patience
      }
      _ = try ImageDecoder().decode(bytes.span, isWanted: isWanted)
      return (count, nil)
    } catch {
      return (count, error.code)
    }
  }

  private static let names = [
    "rgba16-interlaced.png", "rgb8.png", "baseline-420.jpg", "progressive-420.jpg", "cmyk.jpg",
  ]

  @Test(arguments: names)
  func whatNobodyWantsIsNotBegun(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    #expect(questions(bytes, patience: 0) == (1, .cancelled))
    #expect(questions(bytes, patience: .max).code == nil)
  }

  @Test func aLargePictureIsAskedForOften() throws {
    let picture = PixelImage.noise(width: 1000, height: 1000, channels: .rgb)
    for bytes in [try picture.encodedAsPNG(), try picture.encodedAsJPEG(quality: 90)] {
      let (count, code) = questions(bytes, patience: .max)
      #expect(code == nil)
      // At least once for every 128 kilobytes of pixels.
      #expect(count >= 3_000_000 / 131_072)
      for patience in [1, count / 2, count - 1] {
        #expect(questions(bytes, patience: patience) == (patience + 1, .cancelled))
      }
    }
  }

  @Test func skippedRowsAreWorkAsWell() throws {
    let bytes = try PixelImage.noise(width: 1000, height: 1000, channels: .rgb).encodedAsJPEG(quality: 95)
    var count = 0
    _ = try ImageDecoder().decode(
      bytes.span, neededRegion: { PixelRegion(x: 0, y: $0.height - 1, size: PixelSize(width: 1, height: 1)) },
      isWanted: {
        count += 1
        return true
      })
    #expect(count >= bytes.count / 65_536)
    #expect(bytes.count > 500_000)
  }

  @Test func everyScanIsAskedFor() throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/scans/cmyk.jpg")
    let scans = bytes.indices.dropLast().count { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    let rowsOfBlocks = 24
    #expect(questions(bytes, patience: .max).count >= scans * rowsOfBlocks)
  }

  @Test func imageDataWithoutPixelsIsWorkAsWell() {
    // Five bytes say that nothing follows, a million times.
    let empty: [UInt8] = [0, 0, 0, 0xFF, 0xFF]
    let data: [UInt8] = [0x78, 0x01] + (0..<1_000_000).flatMap { _ in empty }
    let bytes = EncodedImages.pngDeclaring(width: 9, height: 9, data: data)
    #expect(questions(bytes, patience: 10) == (11, .cancelled))
  }
}

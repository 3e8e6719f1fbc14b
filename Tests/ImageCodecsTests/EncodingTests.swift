import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

struct EncodingTests {
  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: [50, 75, 90],
    [
      "photo_224", "photo_64x48", "photo_odd_37x53", "noise_33x31", "gray_64x48", "gray_noise_29x41", "one_1x1",
      "tiny_3x2",
    ])
  func jpegRoundTripIsThatOfPillow(quality: Int, input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let expected = try NumpyArray(path: "\(golden)/jpeg\(quality)__\(input).npy")
    #expect(try image.roundTrippedThroughJPEG(quality: quality).array == expected.bytes)
  }

  @Test func jpegRoundTripEqualsEncodingAndDecoding() throws {
    for shape in TestShape.all(upTo: 3) {
      let image = shape.noise()
      for quality in [1, 50, 100] {
        let bytes = try image.encodedAsJPEG(quality: quality)
        let decoded = try ImageDecoder().decode(bytes.span).takePixels()
        let direct = try image.roundTrippedThroughJPEG(quality: quality)
        #expect(direct.size == image.size)
        #expect(direct.channels == image.channels)
        #expect(direct.array == decoded.array, "\(shape) \(quality)")
      }
    }
  }

  @Test(arguments: [(65_501, 1), (1, 65_501)])
  func sidesBeyondWhatAJPEGHoldsAreUnsupported(width: Int, height: Int) {
    let image = PixelImage(size: PixelSize(width: width, height: height), channels: .gray)
    let encoding = #expect(throws: SluiceError.self) { try image.encodedAsJPEG(quality: 90) }
    #expect(encoding?.code == .unsupportedImage)
    let roundTrip = #expect(throws: SluiceError.self) { try image.roundTrippedThroughJPEG(quality: 90).array }
    #expect(roundTrip?.code == .unsupportedImage)
  }

  @Test func theLongestSideOfAJPEGIsEncoded() throws {
    let image = PixelImage(size: PixelSize(width: 65_500, height: 1), channels: .gray)
    #expect(try image.roundTrippedThroughJPEG(quality: 90).array == image.array)
  }

  @Test("a stored PNG holds the same picture, and its bytes uncompressed")
  func storedPNG() throws {
    func check(_ image: borrowing PixelImage) throws {
      let bytes = try image.encodedAsPNG(isStored: true)
      let decoded = try ImageDecoder().decode(bytes.span).takePixels()
      #expect(decoded.size == image.size && decoded.channels == image.channels)
      #expect(decoded.array == image.array)
      #expect(bytes.count > image.array.count)
      #expect(bytes.count < image.array.count + image.array.count / 100 + image.size.height + 500)
    }
    for shape in TestShape.all(upTo: 3) { try check(shape.noise()) }
    // More than one block of DEFLATE.
    try check(.noise(width: 300, height: 200, channels: .rgb, seed: 1))
  }
}

import Foundation
import ImageCodecs
import Pixels
import TestSupport
import Testing

struct DecodingTests {
  static let fixtures = Repository.file("Tests/ImageCodecsTests/Fixtures")
  static let names: [String] = {
    let files = (try? FileManager.default.contentsOfDirectory(atPath: fixtures)) ?? []
    return files.filter { $0.hasSuffix(".png") || $0.hasSuffix(".jpg") }.sorted()
  }()

  static func rgb(_ bytes: [UInt8], limits: DecodeLimits = DecodeLimits()) throws -> [UInt8] {
    try ImageDecoder(limits: limits).decode(bytes.span).takePixels().converted(to: .rgb).array
  }

  @Test func fixturesAreThere() {
    #expect(Self.names.count >= 58)
  }

  @Test(arguments: names)
  func matchesPillowByteForByte(name: String) throws {
    let bytes = try Repository.bytes("\(Self.fixtures)/\(name)")
    let expected = try Repository.bytes("\(Self.fixtures)/\(name.dropLast(4)).rgb")
    #expect(try Self.rgb(bytes) == expected)
  }

  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: ["n01440764", "n02504458", "n04347754"])
  func photographsMatchPillow(name: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let expected = try NumpyArray(path: "\(golden)/decode__\(name).npy")
    let bytes = try Repository.bytes("\(golden)/\(name).jpg")
    let image = try ImageDecoder().decode(bytes.span).takePixels()
    // The golden arrays hold every 7th row and 5th column.
    var picked: [UInt8] = []
    for y in stride(from: 0, to: image.size.height, by: 7) {
      let row = image.row(y)
      for x in stride(from: 0, to: image.size.width, by: 5) { picked += (0..<3).map { row[3 * x + $0] } }
    }
    #expect(picked == expected.bytes)
  }

  @Test(arguments: 1...8)
  func orientationCanBeIgnored(value: Int) throws {
    let bytes = try Repository.bytes("\(Self.fixtures)/orientation-\(value).jpg")
    var limits = DecodeLimits()
    limits.orientation = .ignore
    let stored = try Self.rgb(bytes, limits: limits)
    #expect((stored == (try Self.rgb(bytes))) == (value == 1))
    let decoded = try ImageDecoder(limits: limits).decode(bytes.span)
    #expect(decoded.pixels.size == PixelSize(width: 45, height: 37))
  }

  private func encodedNoise(
    _ width: Int, _ height: Int, _ channels: PixelChannels
  ) throws -> (encoded: [UInt8], samples: [UInt8]) {
    let image = PixelImage.noise(width: width, height: height, channels: channels)
    return (try image.encodedAsPNG(), image.array)
  }

  @Test(arguments: [1, 2, 3, 17, 64], [1, 2, 5, 33])
  func pngRoundTripIsLossless(width: Int, height: Int) throws {
    for channels in PixelChannels.allCases {
      let (encoded, original) = try encodedNoise(width, height, channels)
      let decoded = try ImageDecoder().decode(encoded.span).takePixels().array
      #expect(decoded == original)
    }
  }

  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: [50, 75, 90],
    ["photo_224", "gray_64x48", "one_1x1", "tiny_3x2"])
  func jpegRoundTripIsThatOfPillow(quality: Int, input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let expected = try NumpyArray(path: "\(golden)/jpeg\(quality)__\(input).npy")
    let bytes = try image.encodedAsJPEG(quality: quality)
    #expect(try ImageDecoder().decode(bytes.span).takePixels().array == expected.bytes)
  }
}

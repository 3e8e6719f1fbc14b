import Pixels
import Squeezers
import TestSupport
import Testing

struct BitDepthTests {
  static let inputs = [
    "gray_64x48", "gray_noise_29x41", "noise_33x31", "one_1x1", "photo_224", "photo_64x48",
    "photo_odd_37x53", "tiny_3x2",
  ]

  @Test(.enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: 1...8, inputs)
  func matchesNumPyExactly(bits: Int, input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let expected = try NumpyArray(path: "\(golden)/bitdepth\(bits)__\(input).npy").floats
    let squeezer = BitDepth(bits: bits)
    let result = squeezer.squeeze(image).array.map { squeezer.sampleValues[Int($0)] }
    #expect(result == expected)
  }

  @Test(arguments: 1...8)
  func agreesWithTheDefinition(bits: Int) {
    let image = PixelImage((0...255).map { UInt8($0) }, width: 256, height: 1, channels: .gray)
    let squeezer = BitDepth(bits: bits)
    let squeezed = squeezer.squeeze(image).array
    let levels = Double((1 << bits) - 1)
    for value in 0...255 {
      let exact = (Double(value) / 255 * levels).rounded(.toNearestOrEven) / levels
      #expect(abs(Double(squeezer.sampleValues[Int(squeezed[value])]) - exact) < 1e-6)
      #expect(abs(Double(squeezed[value]) - exact * 255) <= 0.5001)
    }
  }

  @Test func eightBitsChangeNothing() {
    let image = PixelImage.noise(width: 9, height: 9, channels: .rgb)
    #expect(BitDepth(bits: 8).squeeze(image).array == image.array)
  }
}

import Common
import Foundation
import Pixels
import Squeezers
import TestSupport
import Testing

struct GaussianTests {
  /// The golden arrays are of samples in [0, 1], whose last bits differ from those of samples in 0…255: the nearest
  /// level, but for values this close to a half.
  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: ["0.8", "1.0", "2.0"],
    BitDepthTests.inputs.filter { $0 != "one_1x1" })
  func isTheNearestLevelOfSciPysResult(sigma: String, input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let expected = try NumpyArray(path: "\(golden)/gaussian\(sigma)__\(input).npy").floats.map { Double($0) * 255 }
    let result = Gaussian(sigma: try #require(Double(sigma))).squeeze(image).array
    #expect(result.count == expected.count)
    #expect(zip(result, expected).allSatisfy { abs(Double($0) - $1) <= 0.5 + 5e-5 })
  }

  /// The definition in two dimensions, unrounded.
  private func naive(_ image: borrowing PixelImage, sigma: Double) -> [Double] {
    func mirrored(_ position: Int, _ length: Int) -> Int {
      var position = position
      while position < 0 || position >= length { position = position < 0 ? -1 - position : 2 * length - 1 - position }
      return position
    }
    let (width, height, depth) = (image.size.width, image.size.height, image.channels.rawValue)
    let (samples, reach) = (image.array, Int(4 * sigma + 0.5))
    let weights = (-reach...reach).map { exp(-Double($0 * $0) / (2 * sigma * sigma)) }
    let total = weights.reduce(0, +)
    return samples.indices.map { index in
      let (y, x, channel) = (index / depth / width, index / depth % width, index % depth)
      return (-reach...reach).reduce(0) { sum, dy in
        (-reach...reach).reduce(sum) { sum, dx in
          let sample = samples[(mirrored(y + dy, height) * width + mirrored(x + dx, width)) * depth + channel]
          return sum + weights[dy + reach] * weights[dx + reach] / (total * total) * Double(sample)
        }
      }
    }
  }

  @Test(arguments: [0.3, 0.8, 1, 2.6])
  func agreesWithTheDefinitionOnSmallShapes(sigma: Double) {
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let result = Gaussian(sigma: sigma).squeeze(image).array
      #expect(
        zip(result, naive(image, sigma: sigma)).allSatisfy { abs(Double($0) - $1) <= 0.5 + 5e-5 }, "\(shape)")
    }
  }

  @Test(arguments: [0.3, 1, 10], PixelChannels.allCases)
  func oneLevelIsKept(sigma: Double, channels: PixelChannels) {
    for level: UInt8 in [0, 1, 127, 254, 255] {
      let samples = [UInt8](repeating: level, count: 40 * channels.rawValue)
      let image = PixelImage(samples, width: 8, height: 5, channels: channels)
      #expect(Gaussian(sigma: sigma).squeeze(image).array == samples)
    }
  }

  @Test func isNamedByItsParameter() {
    let kind = Gaussian.kind
    #expect(kind.make(ParameterValues(defaultsOf: kind.parameters)).description == "gaussian 1")
    #expect(Gaussian(sigma: 0.8).description == "gaussian 0.8")
  }
}

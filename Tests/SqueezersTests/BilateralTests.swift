import Common
import Foundation
import Pixels
import Squeezers
import TestSupport
import Testing

struct BilateralTests {
  /// One level on one sample in ten thousand is allowed, which on the small inputs is none.
  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"),
    arguments: ["noise_33x31", "photo_224", "photo_64x48", "photo_odd_37x53", "tiny_3x2"])
  func matchesOpenCV(input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let expected = try NumpyArray(path: "\(golden)/bilateral9_25_5__\(input).npy").bytes
    let result = Bilateral(diameter: 9, colour: 25, space: 5).squeeze(image).array
    let differences = zip(result, expected).map { abs(Int($0) - Int($1)) }
    #expect(differences.allSatisfy { $0 <= 1 })
    #expect(differences.reduce(0, +) * 10_000 <= expected.count)
  }

  /// The definition, unrounded.
  private func naive(_ image: borrowing PixelImage, _ diameter: Int, _ colour: Double, _ space: Double) -> [Double] {
    func mirrored(_ position: Int, _ length: Int) -> Int {
      if length == 1 { return 0 }
      let wrapped = abs(position) % (2 * length - 2)
      return min(wrapped, 2 * length - 2 - wrapped)
    }
    let (width, height, depth) = (image.size.width, image.size.height, image.channels.rawValue)
    let (samples, radius) = (image.array.map(Double.init), diameter / 2)
    return (0..<width * height).flatMap { pixel in
      var (sums, total) = ([Double](repeating: 0, count: depth), 0.0)
      for dy in -radius...radius {
        for dx in -radius...radius where dx * dx + dy * dy <= radius * radius {
          let (x, y) = (mirrored(pixel % width + dx, width), mirrored(pixel / width + dy, height))
          let other = y * width + x
          let difference = (0..<depth).reduce(0) { $0 + abs(samples[pixel * depth + $1] - samples[other * depth + $1]) }
          let weight =
            exp(-difference * difference / (2 * colour * colour))
            * exp(-Double(dx * dx + dy * dy) / (2 * space * space))
          total += weight
          for channel in 0..<depth { sums[channel] += weight * samples[other * depth + channel] }
        }
      }
      return sums.map { $0 / total }
    }
  }

  @Test(arguments: [(3, 10.0, 0.5), (5, 255, 100), (9, 25, 5), (31, 80, 7)])
  func agreesWithTheDefinitionOnSmallShapes(diameter: Int, colour: Double, space: Double) {
    let squeezer = Bilateral(diameter: diameter, colour: colour, space: space)
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let exact = naive(image, diameter, colour, space)
      #expect(zip(squeezer.squeeze(image).array, exact).allSatisfy { abs(Double($0) - $1) < 0.501 }, "\(shape)")
    }
  }

  @Test(arguments: PixelChannels.allCases)
  func oneLevelIsKept(channels: PixelChannels) {
    for level: UInt8 in [0, 1, 127, 254, 255] {
      let samples = [UInt8](repeating: level, count: 40 * channels.rawValue)
      let image = PixelImage(samples, width: 8, height: 5, channels: channels)
      #expect(Bilateral(diameter: 31, colour: 1, space: 0.5).squeeze(image).array == samples)
      #expect(Bilateral(diameter: 31, colour: 255, space: 100).squeeze(image).array == samples)
    }
  }

  @Test func isNamedByItsParameters() {
    let kind = Bilateral.kind
    #expect(kind.make(ParameterValues(defaultsOf: kind.parameters)).description == "bilateral 9-25-5")
    #expect(Bilateral(diameter: 3, colour: 1.5, space: 0.5).description == "bilateral 3-1.5-0.5")
  }
}

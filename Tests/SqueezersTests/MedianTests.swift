import Pixels
import Squeezers
import TestSupport
import Testing

struct MedianTests {
  @Test(.enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: 2...4, BitDepthTests.inputs)
  func matchesSciPyBitForBit(window: Int, input: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let image = PixelImage(try NumpyArray(path: "\(golden)/input__\(input).npy"))
    let expected = try NumpyArray(path: "\(golden)/median\(window)__\(input).npy")
    #expect(Median(window: window).squeeze(image).array == expected.bytes)
  }

  /// The definition: sort the mirrored neighbourhood, take the upper middle.
  private func naive(_ image: borrowing PixelImage, window: Int) -> [UInt8] {
    func mirrored(_ position: Int, _ length: Int) -> Int {
      var position = position
      while position < 0 || position >= length { position = position < 0 ? -1 - position : 2 * length - 1 - position }
      return position
    }
    let (width, height, depth) = (image.size.width, image.size.height, image.channels.rawValue)
    let samples = image.array
    let reach = -(window / 2)..<(window - window / 2)
    return (0..<samples.count).map { index in
      let (y, x, channel) = (index / depth / width, index / depth % width, index % depth)
      let neighbours = reach.flatMap { dy in
        reach.map { dx in samples[(mirrored(y + dy, height) * width + mirrored(x + dx, width)) * depth + channel] }
      }
      return neighbours.sorted()[window * window / 2]
    }
  }

  @Test(arguments: 2...7)
  func agreesWithTheDefinitionOnSmallShapes(window: Int) {
    for shape in TestShape.all(upTo: 5) {
      let image = shape.noise()
      #expect(Median(window: window).squeeze(image).array == naive(image, window: window), "\(shape)")
    }
  }

  @Test(arguments: 2...7)
  func extremesSurvive(window: Int) {
    for value: UInt8 in [0, 1, 127, 128, 254, 255] {
      let image = PixelImage([UInt8](repeating: value, count: 40), width: 8, height: 5, channels: .gray)
      #expect(Median(window: window).squeeze(image).array == image.array)
    }
  }
}

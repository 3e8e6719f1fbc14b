import Pixels
import Preprocessing
import Squeezers
import TestSupport
import Testing

struct GeometricSqueezerTests {
  @Test func aMirrorSwapsColumns() {
    for shape in TestShape.all(upTo: 5) {
      let image = shape.noise()
      let (width, depth) = (shape.width, shape.channels.rawValue)
      let samples = image.array
      let expected = samples.indices.map { index in
        let (row, x, channel) = (index / (width * depth), index / depth % width, index % depth)
        return samples[(row * width + width - 1 - x) * depth + channel]
      }
      #expect(Mirror().squeeze(image).array == expected, "\(shape)")
    }
  }

  @Test(arguments: [(1, 0), (0, 1), (-2, 3), (16, -16)])
  func aShiftMovesAndMirrors(x: Int, y: Int) {
    func mirrored(_ position: Int, _ length: Int) -> Int {
      var position = position
      while position < 0 || position >= length { position = position < 0 ? -1 - position : 2 * length - 1 - position }
      return position
    }
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let (width, height, depth) = (shape.width, shape.height, shape.channels.rawValue)
      let samples = image.array
      let expected = samples.indices.map { index in
        let (row, column, channel) = (index / (width * depth), index / depth % width, index % depth)
        return samples[(mirrored(row - y, height) * width + mirrored(column - x, width)) * depth + channel]
      }
      #expect(Shift(x: x, y: y).squeeze(image).array == expected, "\(shape)")
    }
  }

  @Test func rescalingIsTwoResizes() {
    let image = PixelImage.noise(width: 21, height: 10, channels: .rgb)
    let expected = image.trappingResized(to: PixelSize(width: 11, height: 5), filter: .bicubic)
      .trappingResized(to: image.size, filter: .bicubic)
    #expect(Rescale(factor: 0.5, filter: .bicubic).squeeze(image).array == expected.array)
  }

  @Test func anOcclusionCoversItsRegionAlone() {
    let image = PixelImage.noise(width: 9, height: 7, channels: .rgb)
    let region = PixelRegion(x: 2, y: 3, size: PixelSize(width: 4, height: 2))
    let (before, after) = (image.array, Occlusion(region: region).squeeze(image).array)
    for index in before.indices {
      let (x, y) = (index / 3 % 9, index / 27)
      let isCovered = (2..<6).contains(x) && (3..<5).contains(y)
      #expect(after[index] == (isCovered ? 128 : before[index]))
    }
  }

  @Test func aRandomlyPaddedImageLiesOnGray() {
    let image = PixelImage([UInt8](repeating: 200, count: 50 * 40), width: 50, height: 40, channels: .gray)
    let result = RandomResizeAndPad(smallest: 0.5).squeeze(image, seed: .testing).array
    #expect(Set(result) == [128, 200])
    #expect(result.count { $0 == 200 } >= 25 * 20)
  }
}

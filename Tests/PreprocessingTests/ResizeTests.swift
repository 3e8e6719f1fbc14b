import ImageCodecs
import Pixels
import Preprocessing
import TestSupport
import Testing

struct ResizeTests {
  static let photographs = ["n01440764", "n02504458", "n04347754"]

  @Test(
    .enabled(if: Repository.hasGoldenData, "needs the golden data"), arguments: ResampleFilter.allCases, photographs)
  func matchesPillowByteForByte(filter: ResampleFilter, photograph: String) throws {
    let golden = try #require(Repository.sharedData) + "/golden"
    let expected = try NumpyArray(path: "\(golden)/imagenet256_224_\(filter.rawValue)__\(photograph).npy")
    let bytes = try Repository.bytes("\(golden)/\(photograph).jpg")
    let preprocessor = try Preprocessor(
      steps: [.resizeShorterSide(256, .antialiased(filter)), .centerCrop(PixelSize(width: 224, height: 224))],
      channels: .rgb)
    let image = preprocessor.trappingApply(to: try ImageDecoder().decode(bytes.span).takePixels())
    #expect(image.array == expected.bytes)
  }

  /// A direct evaluation of the definition in floating point: at most one level from the fixed-point result.
  private func naive(
    _ image: borrowing PixelImage, _ width: Int, _ height: Int, weight: (Double) -> Double, support: Double
  ) -> [Double] {
    func taps(_ length: Int, _ target: Int, _ output: Int) -> [(Int, Double)] {
      let scale = Double(length) / Double(target)
      let spread = max(scale, 1)
      let center = (Double(output) + 0.5) * scale
      let first = max(0, Int(center - support * spread + 0.5))
      let last = min(length, Int(center + support * spread + 0.5))
      let weights = (first..<last).map { ($0, weight((Double($0) - center + 0.5) / spread)) }
      let total = weights.reduce(0) { $0 + $1.1 }
      return weights.map { ($0.0, $0.1 / total) }
    }
    let depth = image.channels.rawValue
    let samples = image.array
    let sourceWidth = image.size.width
    let sourceHeight = image.size.height
    var result: [Double] = []
    for y in 0..<height {
      for x in 0..<width {
        for channel in 0..<depth {
          var sum = 0.0
          for (row, vertical) in taps(sourceHeight, height, y) {
            for (column, horizontal) in taps(sourceWidth, width, x) {
              sum += vertical * horizontal * Double(samples[(row * sourceWidth + column) * depth + channel])
            }
          }
          result.append(min(255, max(0, sum)))
        }
      }
    }
    return result
  }

  @Test func agreesWithTheDefinitionOnSmallShapes() {
    let targets = [(1, 1), (3, 2), (7, 5)]
    for shape in TestShape.all(upTo: 5) {
      let image = shape.noise()
      for (width, height) in targets {
        let result = image.trappingResized(to: PixelSize(width: width, height: height), filter: .bilinear).array
        let expected = naive(image, width, height, weight: { max(0, 1 - abs($0)) }, support: 1)
        let worst = zip(result, expected).map { abs(Double($0) - $1) }.max() ?? 0
        // Each of the two passes rounds to eight bits once.
        #expect(worst <= 1.01, "\(shape) to \(width)×\(height)")
      }
    }
  }

  /// Shapes around the number of rows that are resampled together, the samples of a vector, and the numbers of taps.
  private static let kernelShapes = [
    (1, 1), (2, 1), (1, 2), (9, 2), (10, 3), (11, 1), (12, 5), (33, 4), (43, 7), (85, 6), (131, 9),
  ]
  private static let kernelTargets = [(1, 1), (2, 3), (10, 2), (11, 3), (12, 1), (21, 5), (32, 16), (43, 7), (64, 11)]

  private func channel(_ index: Int, of image: borrowing PixelImage) -> [UInt8] {
    let samples = image.array
    return stride(from: index, to: samples.count, by: image.channels.rawValue).map { samples[$0] }
  }

  private func transposed(_ image: borrowing PixelImage) -> PixelImage {
    let (samples, size) = (image.array, image.size)
    return PixelImage(
      (0..<size.width).flatMap { x in (0..<size.height).map { y in samples[y * size.width + x] } },
      width: size.height, height: size.width, channels: .gray)
  }

  @Test(arguments: ResampleFilter.allCases)
  func coloursAreResampledAsGrayPicturesAre(filter: ResampleFilter) {
    for (width, height) in Self.kernelShapes {
      let image = PixelImage.noise(width: width, height: height, channels: .rgb)
      let planes = (0..<3).map { channel($0, of: image) }
      for (targetWidth, targetHeight) in Self.kernelTargets {
        let target = PixelSize(width: targetWidth, height: targetHeight)
        let result = image.trappingResized(to: target, filter: filter)
        for index in 0..<3 {
          let plane = PixelImage(planes[index], width: width, height: height, channels: .gray)
          let expected = plane.trappingResized(to: target, filter: filter).array
          #expect(channel(index, of: result) == expected, "\(width)×\(height) to \(target), channel \(index)")
        }
      }
    }
  }

  /// The passes have kernels of their own; on black and white, sums leave the range of a level with some filters.
  @Test(arguments: ResampleFilter.allCases)
  func columnsAreResampledAsRowsAre(filter: ResampleFilter) {
    for (width, height) in Self.kernelShapes {
      let noise = PixelImage.noise(width: width, height: height, channels: .gray).array
      let image = PixelImage(noise.map { $0 < 128 ? 0 : 255 }, width: width, height: height, channels: .gray)
      for length in [1, 2, 3, 5, 8, 16, 40] {
        let result = image.trappingResized(to: PixelSize(width: width, height: length), filter: filter)
        let turned = transposed(image).trappingResized(to: PixelSize(width: length, height: width), filter: filter)
        #expect(result.array == transposed(turned).array, "\(width)×\(height) to height \(length)")
      }
    }
  }

  @Test(arguments: ResampleFilter.allCases)
  func aRegionIsThatPartOfTheWhole(filter: ResampleFilter) {
    for shape in TestShape.all(upTo: 4) {
      let image = shape.noise()
      let target = PixelSize(width: 9, height: 6)
      let whole = image.trappingResized(to: target, filter: filter)
      let region = PixelRegion(x: 2, y: 1, size: PixelSize(width: 4, height: 3))
      #expect(
        image.trappingResized(to: target, filter: filter, region: region).array == whole.cropped(to: region).array)
    }
  }

  @Test(arguments: ResampleFilter.allCases)
  func aConstantImageStaysConstant(filter: ResampleFilter) {
    let image = PixelImage([UInt8](repeating: 77, count: 3 * 50 * 20), width: 50, height: 20, channels: .rgb)
    let result = image.trappingResized(to: PixelSize(width: 13, height: 31), filter: filter)
    #expect(result.array.allSatisfy { $0 == 77 })
  }

  @Test(arguments: ResampleFilter.allCases)
  func theSameSizeIsACopy(filter: ResampleFilter) {
    let image = PixelImage.noise(width: 6, height: 4, channels: .rgb)
    #expect(image.trappingResized(to: PixelSize(width: 6, height: 4), filter: filter).array == image.array)
  }

  @Test func anExtremeShapeCostsOnlyWhatIsKept() throws {
    // Resized whole this would have 256 × 4,194,304 pixels.
    let image = PixelImage.noise(width: 1, height: 16384, channels: .rgb)
    let preprocessor = try Preprocessor(
      steps: [.resizeShorterSide(256, .bicubic), .centerCrop(PixelSize(width: 224, height: 224))], channels: .rgb)
    #expect(preprocessor.trappingApply(to: image).size == PixelSize(width: 224, height: 224))
  }
}

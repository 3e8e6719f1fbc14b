import Common
import Pixels
import Preprocessing
import TestSupport
import Testing

struct PreprocessorTests {
  private func centerCrop(_ image: borrowing PixelImage, _ width: Int, _ height: Int) -> [UInt8] {
    image.centerCropped(to: PixelSize(width: width, height: height)).array
  }

  @Test func centerCropRoundsHalfToEven() {
    // torchvision: int(round((n - size) / 2.0)), so (4 - 3) / 2 = 0.5 rounds to 0 and (6 - 3) / 2 = 1.5 to 2.
    let four = PixelImage([0, 1, 2, 3], width: 4, height: 1, channels: .gray)
    #expect(centerCrop(four, 3, 1) == [0, 1, 2])
    let six = PixelImage([0, 1, 2, 3, 4, 5], width: 6, height: 1, channels: .gray)
    #expect(centerCrop(six, 3, 1) == [2, 3, 4])
  }

  @Test func centerCropPadsWithBlack() {
    let two = PixelImage([7, 8], width: 2, height: 1, channels: .gray)
    #expect(centerCrop(two, 5, 1) == [0, 7, 8, 0, 0])
    #expect(centerCrop(two, 1, 3) == [0, 7, 0])
  }

  @Test func shorterSideThenCropEqualsTheStepsOneByOne() throws {
    for shape in TestShape.all(upTo: 4) {
      for (side, crop, rounding) in [
        (8, 7, CropRounding.halfToEven), (5, 5, .down), (6, 9, .halfToEven), (6, 9, .down),
      ] {
        let square = PixelSize(width: crop, height: crop)
        let fused = try Preprocessor(
          steps: [.resizeShorterSide(side, .bilinear), .centerCrop(square, rounding: rounding)],
          channels: shape.channels)
        let (width, height) = (shape.width, shape.height)
        let longer = side * max(width, height) / min(width, height)
        let size = width <= height ? PixelSize(width: side, height: longer) : PixelSize(width: longer, height: side)
        let image = shape.noise()
        let stepwise = image.trappingResized(to: size, filter: .bilinear).centerCropped(
          to: square, rounding: rounding)
        #expect(fused.trappingApply(to: image).array == stepwise.array, "\(shape) \(side) \(crop)")
      }
    }
  }

  @Test func onlyTheNeededRegionIsRead() throws {
    let chains: [[PreprocessStep]] = [(8, 7), (5, 5), (6, 9), (3, 1)].map { side, crop in
      [.resizeShorterSide(side, .bilinear), .centerCrop(PixelSize(width: crop, height: crop))]
    }
    let further: [[PreprocessStep]] = [
      [.resizeExactly(PixelSize(width: 5, height: 7), .lanczos)],
      [.centerCrop(PixelSize(width: 3, height: 4))],
      [.centerCrop(PixelSize(width: 4, height: 4)), .centerCrop(PixelSize(width: 1, height: 1))],
      [.centerCrop(PixelSize(width: 6, height: 3)), .resizeExactly(PixelSize(width: 4, height: 4), .bicubic)],
      [.resizeExactly(PixelSize(width: 9, height: 9), .box), .centerCrop(PixelSize(width: 3, height: 3))],
      [.resizeShorterSide(6, .bilinear), .centerCrop(PixelSize(width: 3, height: 3), rounding: .down)],
      [.centerCrop(PixelSize(width: 4, height: 6), rounding: .down)],
    ]
    for steps in chains + further {
      for shape in TestShape.all(upTo: 9) {
        let preprocessor = try Preprocessor(steps: steps, channels: shape.channels)
        let image = shape.noise()
        let region = preprocessor.neededRegion(of: image.size)
        let size = image.size
        #expect(region.lies(within: size))
        let disturbed = preprocessor.trappingApply(to: inverted(image, outside: region)).array
        let expected = preprocessor.trappingApply(to: image).array
        #expect(disturbed == expected, "\(shape) \(steps)")
      }
    }
  }

  @Test func changingRowsAsTheyAreReadEqualsChangingThePicture() throws {
    let chains: [[PreprocessStep]] = [
      [.resizeShorterSide(6, .bilinear), .centerCrop(PixelSize(width: 5, height: 5))],
      [.resizeExactly(PixelSize(width: 5, height: 7), .lanczos)],
      [.centerCrop(PixelSize(width: 3, height: 4))],
      [.centerCrop(PixelSize(width: 6, height: 3)), .resizeExactly(PixelSize(width: 4, height: 4), .bicubic)],
      [.resizeExactly(PixelSize(width: 4, height: 9), .box), .centerCrop(PixelSize(width: 3, height: 3))],
    ]
    // A change that depends on the place, so that a wrong place shows.
    func change(_ row: inout MutableSpan<UInt8>, _ place: RowPlace, _ depth: Int) {
      for index in 0..<row.count {
        row[index] = 255 &- row[index] &+ UInt8(truncatingIfNeeded: 31 * place.y + 7 * (place.left * depth + index))
      }
    }
    for steps in chains {
      for shape in TestShape.all(upTo: 7) {
        let preprocessor = try Preprocessor(steps: steps, channels: shape.channels)
        let image = shape.noise()
        let depth = shape.channels.rawValue
        var changed = image.clone()
        for y in 0..<shape.height {
          var row = changed.mutableRow(y)
          change(&row, RowPlace(y: y, left: 0), depth)
        }
        let expected = preprocessor.trappingApply(to: changed).array
        let actual = try preprocessor.apply(to: image) { row, place in change(&row, place, depth) }.array
        #expect(actual == expected, "\(shape) \(steps)")
      }
    }
  }

  @Test func theNeededRegionIsNoLargerThanTheCropAsksFor() throws {
    let size = PixelSize(width: 224, height: 224)
    let preprocessor = try Preprocessor(
      steps: [.resizeShorterSide(256, .bilinear), .centerCrop(size)], channels: .rgb)
    // 500×375 becomes 341×256, of which the columns 58 to 281 and the rows 16 to 239 are kept.
    let region = preprocessor.neededRegion(of: PixelSize(width: 500, height: 375))
    #expect(region == PixelRegion(columns: 84..<414, rows: 23..<352))
  }

  @Test(
    "all of a picture is scaled as the part of it that a crop keeps",
    arguments: [
      ([.letterbox(square(224), .bilinear, level: 0)], size(224, 168)),
      ([.centerCrop(square(1000)), .letterbox(square(224), .bilinear, level: 0)], size(896, 672)),
      ([.centerCrop(size(2000, 1000)), .letterbox(square(224), .bilinear, level: 0)], size(448, 336)),
      ([.letterbox(square(224), .bilinear, level: 0), .centerCrop(square(200))], size(224, 168)),
      ([.centerCrop(square(1000)), .resizeExactly(square(224), .box)], size(896, 672)),
      ([.centerCrop(square(1000)), .resizeShorterSide(250, .box), .centerCrop(square(224))], size(1000, 750)),
      ([.resizeShorterSide(256, .sampled(.bilinear)), .centerCrop(square(224))], size(341, 256)),
      ([.resizeExactly(size(100, 200), .sampled(.nearest))], size(100, 200)),
      ([.centerCrop(square(224))], size(4000, 3000)),
    ] as [([PreprocessStep], PixelSize)])
  func scaledSizes(steps: [PreprocessStep], scaled: PixelSize) throws {
    let preprocessor = try Preprocessor(steps: steps, channels: .rgb)
    #expect(preprocessor.scaledSize(of: Self.size(4000, 3000)) == scaled)
  }

  @Test(
    "preprocessing holds what a resize has between its passes, and what a step and the one before it have made",
    arguments: [
      ([.resizeExactly(size(512, 8), .bilinear)], size(1, 16384), 8_392_704),
      ([.resizeExactly(size(512, 16384), .bilinear)], size(1, 16384), 8_388_608),
      ([.resizeExactly(size(64, 8), .bilinear)], size(64, 16384), 1_049_088),
      ([.resizeExactly(size(512, 8), .sampled(.bilinear))], size(1, 16384), 4096),
      ([.letterbox(square(8), .bilinear, level: 0)], size(16, 16384), 16_392),
      ([.resizeExactly(square(8), .box), .centerCrop(square(4))], square(16), 48),
      ([.centerCrop(square(4)), .centerCrop(square(2))], square(16), 20),
      ([.resizeShorterSide(2, .box), .centerCrop(square(2))], size(1, 16384), 8),
    ] as [([PreprocessStep], PixelSize, Int)])
  func workingBytes(steps: [PreprocessStep], image: PixelSize, area: Int) throws {
    #expect(try Preprocessor(steps: steps, channels: .gray).workingBytes(for: image, channels: .gray) == area)
    #expect(try Preprocessor(steps: steps, channels: .rgb).workingBytes(for: image, channels: .rgb) == 3 * area)
  }

  private static func size(_ width: Int, _ height: Int) -> PixelSize { PixelSize(width: width, height: height) }
  private static func square(_ side: Int) -> PixelSize { size(side, side) }

  private func inverted(_ image: borrowing PixelImage, outside region: PixelRegion) -> PixelImage {
    let (width, depth) = (image.size.width, image.channels.rawValue)
    let samples = image.array.enumerated().map { index, sample in
      let (x, y) = (index / depth % width, index / depth / width)
      return region.columns.contains(x) && region.rows.contains(y) ? sample : ~sample
    }
    return PixelImage(samples, width: width, height: image.size.height, channels: image.channels)
  }

  @Test func grayBecomesRGBAtTheEnd() throws {
    let size = PixelSize(width: 3, height: 3)
    let preprocessor = try Preprocessor(steps: [.resizeExactly(size, .box)], channels: .rgb)
    let gray = PixelImage.noise(width: 8, height: 8, channels: .gray)
    let early = preprocessor.trappingApply(to: gray.converted(to: .rgb))
    #expect(preprocessor.trappingApply(to: gray).array == early.array)
  }

  @Test(arguments: [
    [PreprocessStep.resizeShorterSide(256, .bilinear)], [],
    [.resizeShorterSide(256, .box), .resizeExactly(PixelSize(width: 3, height: 3), .box)],
  ])
  func stepsMustEndInAFixedSize(steps: [PreprocessStep]) {
    #expect(throws: SluiceError.self) { try Preprocessor(steps: steps, channels: .rgb) }
  }
}

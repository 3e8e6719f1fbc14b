import Common
import Pixels
import Preprocessing
import TestSupport
import Testing

/// Scaling without antialiasing, and letterboxes.
struct UnfilteredResizeTests {
  /// A picture of numbers that follow no simple order.
  private static func pattern(_ width: Int, _ height: Int, _ channels: PixelChannels) -> PixelImage {
    let samples = (0..<width * height * channels.rawValue).map { index in
      UInt8(truncatingIfNeeded: index * index * 3 + index * 7 + (index >> 5) * 11)
    }
    return PixelImage(samples, width: width, height: height, channels: channels)
  }

  /// FNV-1a, 64 bits.
  private static func digest(_ bytes: [UInt8]) -> UInt64 {
    bytes.reduce(0xCBF2_9CE4_8422_2325) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
  }

  @Test(
    "the bytes are those of OpenCV 5.0's resize with INTER_LINEAR",
    arguments: [
      (40, 30, PixelChannels.rgb, 22, 22, 0x8D15_1E53_783B_783E as UInt64),
      (53, 37, .rgb, 64, 64, 0xC383_0D05_5873_2C34), (64, 64, .gray, 8, 8, 0xC14E_F5D6_E6A2_4F05),
      (9, 17, .rgb, 31, 5, 0x5C69_34EC_C233_3630), (7, 1, .rgb, 5, 5, 0x3AEC_F50F_D2AE_3446),
      (48, 48, .rgb, 24, 24, 0xFBAF_78C4_2BED_AE3D), (30, 22, .rgb, 22, 22, 0xD8B5_2383_9B0B_7073),
    ])
  func matchesOpenCV(
    width: Int, height: Int, channels: PixelChannels, targetWidth: Int, targetHeight: Int, digest: UInt64
  ) {
    let target = PixelSize(width: targetWidth, height: targetHeight)
    let resized = Self.pattern(width, height, channels).resizedWithoutFilter(to: target)
    #expect(Self.digest(resized.array) == digest)
  }

  /// What TensorFlow 2.21 makes of the same pictures: see Fixtures/make_tensorflow.py.
  private static func tensorFlow(_ name: String) throws -> [Float] {
    let array = try NumpyArray(path: Repository.file("Tests/PreprocessingTests/Fixtures/\(name).npy"))
    return array.descriptor == "|u1" ? array.bytes.map { Float($0) } : array.floats
  }

  @Test(
    "the values are those of TensorFlow's resize without antialiasing, rounded to 8 bits",
    arguments: SampleKernel.allCases,
    [
      (40, 30, PixelChannels.rgb, 22, 22), (53, 37, .rgb, 31, 40), (64, 64, .gray, 8, 8), (9, 17, .rgb, 31, 5),
      (7, 1, .rgb, 5, 5), (48, 48, .rgb, 24, 24),
    ])
  func matchesTensorFlow(kernel: SampleKernel, form: (Int, Int, PixelChannels, Int, Int)) throws {
    let (width, height, channels, targetWidth, targetHeight) = form
    let target = PixelSize(width: targetWidth, height: targetHeight)
    let expected = try Self.tensorFlow(
      "\(kernel.rawValue)-\(width)x\(height)x\(channels.rawValue)-to-\(targetWidth)x\(targetHeight)")
    let resized = Self.pattern(width, height, channels).sampled(to: target, kernel: kernel).array
    try #require(resized.count == expected.count)
    for (own, other) in zip(resized, expected) {
      let distance = abs(Float(own) - min(255, max(0, other)))
      // OpenCV's weights of 11 bits, which bilinear has here, are worth as much as half a level beyond the rounding.
      #expect(distance <= (kernel == .bilinear ? 1 : 0.5001))
    }
  }

  @Test(arguments: SampleKernel.allCases)
  func aRegionIsThatPartOfTheWhole(kernel: SampleKernel) {
    let image = Self.pattern(41, 23, .rgb)
    let target = PixelSize(width: 19, height: 31)
    let region = PixelRegion(x: 3, y: 5, size: PixelSize(width: 7, height: 11))
    let part = image.sampled(to: target, kernel: kernel, region: region)
    #expect(part.array == image.sampled(to: target, kernel: kernel).cropped(to: region).array)
  }

  @Test("rows are changed as they are read", arguments: SampleKernel.allCases)
  func changedRows(kernel: SampleKernel) {
    let image = Self.pattern(21, 33, .gray)
    let inverse = PixelImage(image.array.map { 255 - $0 }, width: 21, height: 33, channels: .gray)
    let target = PixelSize(width: 16, height: 50)
    let changed = image.sampled(to: target, kernel: kernel) { row, _ in
      for index in 0..<row.count { row[index] = 255 - row[index] }
    }
    #expect(changed.array == inverse.sampled(to: target, kernel: kernel).array)
  }

  @Test func shorterSideThenCropEqualsTheStepsOneByOne() throws {
    let image = Self.pattern(40, 30, .rgb)
    let crop = PixelSize(width: 20, height: 20)
    let steps: [PreprocessStep] = [.resizeShorterSide(24, .sampled(.bilinear)), .centerCrop(crop)]
    let expected = image.resizedWithoutFilter(to: PixelSize(width: 32, height: 24)).centerCropped(to: crop)
    #expect(try Preprocessor(steps: steps, channels: .rgb).trappingApply(to: image).array == expected.array)
    #expect(throws: SluiceError.self) {
      try Preprocessor(steps: [.resizeShorterSide(24, .sampled(.nearest))], channels: .rgb)
    }
  }

  @Test(arguments: SampleKernel.allCases)
  func onlyTheNeededRegionIsRead(kernel: SampleKernel) throws {
    let size = PixelSize(width: 60, height: 40)
    let steps: [PreprocessStep] = [
      .resizeShorterSide(24, .sampled(kernel)), .centerCrop(PixelSize(width: 16, height: 16)),
    ]
    let preprocessor = try Preprocessor(steps: steps, channels: .rgb)
    let region = preprocessor.neededRegion(of: size)
    #expect(region.size.area < size.area)
    var changed = Self.pattern(60, 40, .rgb)
    var samples = changed.mutableSamples
    for y in 0..<40 {
      for x in 0..<60 where !region.columns.contains(x) || !region.rows.contains(y) {
        for channel in 0..<3 { samples[(y * 60 + x) * 3 + channel] ^= 0xFF }
      }
    }
    let expected = preprocessor.trappingApply(to: Self.pattern(60, 40, .rgb)).array
    #expect(preprocessor.trappingApply(to: changed).array == expected)
  }

  @Test(
    "a letterbox keeps the proportions and fills both ends",
    arguments: [
      (20, 10, 8, 8, 8, 4, 0, 2), (10, 20, 8, 8, 4, 8, 2, 0), (8, 8, 8, 8, 8, 8, 0, 0), (100, 1, 8, 8, 8, 1, 0, 3),
    ])
  func letterbox(
    width: Int, height: Int, frameWidth: Int, frameHeight: Int, fittedWidth: Int, fittedHeight: Int, left: Int, top: Int
  ) throws {
    let image = Self.pattern(width, height, .gray)
    let frame = PixelSize(width: frameWidth, height: frameHeight)
    let preprocessor = try Preprocessor(steps: [.letterbox(frame, .bilinear, level: 114)], channels: .gray)
    let fitted = image.trappingResized(to: PixelSize(width: fittedWidth, height: fittedHeight), filter: .bilinear).array
    let framed = preprocessor.trappingApply(to: image).array
    for y in 0..<frameHeight {
      for x in 0..<frameWidth {
        let isInside = (left..<left + fittedWidth).contains(x) && (top..<top + fittedHeight).contains(y)
        let expected = isInside ? fitted[(y - top) * fittedWidth + x - left] : 114
        #expect(framed[y * frameWidth + x] == expected)
      }
    }
  }
}

import Pixels
import Squeezers
import TestSupport
import Testing

struct LabConversionTests {
  /// All 2²⁴ pixels, the first sample running fastest.
  private func everyPixel() -> PixelImage {
    var image = PixelImage(size: PixelSize(width: 4096, height: 4096), channels: .rgb)
    var samples = image.mutableSamples
    for pixel in 0..<1 << 24 {
      for channel in 0..<3 { samples[3 * pixel + channel] = UInt8(truncatingIfNeeded: pixel >> (8 * channel)) }
    }
    return image
  }

  /// Two sums, one of which depends on the order.
  private func checksum(_ samples: Span<UInt8>) -> [UInt64] {
    var (sum, weighted): (UInt64, UInt64) = (0, 0)
    for index in samples.indices {
      sum &+= UInt64(samples[index])
      weighted &+= UInt64(index) &* UInt64(samples[index])
    }
    return [sum, weighted]
  }

  @Test func everyPixelBecomesWhatOpenCVMakesOfIt() {
    let (lightness, colour) = LinearLab.planes(of: everyPixel())
    #expect(checksum(lightness.allSamples) == [3_157_138_382, 27_401_470_559_005_945])
    #expect(checksum(colour.allSamples) == [4_390_474_562, 75_318_235_322_659_510])
  }

  @Test func everyLabPixelBecomesWhatOpenCVMakesOfIt() {
    let planes = SamplePlanes(deinterleaving: everyPixel())
    let area = planes.size.area
    var lightness = SamplePlanes(size: planes.size, count: 1)
    var colour = SamplePlanes(size: planes.size, count: 2)
    var first = lightness.mutableSamples
    var rest = colour.mutableSamples
    first.copy(from: planes.allSamples.extracting(0..<area))
    rest.copy(from: planes.allSamples.extracting(area..<3 * area))
    #expect(
      checksum(LinearLab.image(lightness: lightness, colour: colour).samples) == [
        3_928_756_495, 83_453_593_290_078_228,
      ])
  }

  /// OpenCV's values, the last sample being red.
  @Test(
    arguments: [
      ([0, 0, 0], [0, 128, 128]),
      ([255, 255, 255], [255, 128, 128]),
      ([255, 0, 0], [82, 207, 20]),
      ([0, 255, 0], [224, 42, 211]),
      ([0, 0, 255], [136, 208, 195]),
      ([1, 2, 3], [19, 130, 134]),
      ([12, 200, 90], [214, 83, 198]),
      ([250, 128, 4], [183, 112, 85]),
    ] as [([UInt8], [UInt8])])
  func knownPixels(pixel: [UInt8], lab: [UInt8]) {
    let image = PixelImage(pixel, width: 1, height: 1, channels: .rgb)
    let (lightness, colour) = LinearLab.planes(of: image)
    #expect([lightness.allSamples[0], colour.allSamples[0], colour.allSamples[1]] == lab)
  }

  @Test func grayStaysNearlyGray() {
    for level in 0...255 {
      let image = PixelImage([UInt8](repeating: UInt8(level), count: 3), width: 1, height: 1, channels: .rgb)
      let (lightness, colour) = LinearLab.planes(of: image)
      #expect(colour.allSamples[0] == 128 && colour.allSamples[1] == 128)
      let back = LinearLab.image(lightness: lightness, colour: colour).array
      #expect(back.allSatisfy { abs(Int($0) - level) <= 1 }, "\(level) \(back)")
    }
  }
}

import Common
import Pixels
import TestSupport
import Testing

struct PixelImageTests {
  @Test func newImageIsBlack() {
    let image = PixelImage(size: PixelSize(width: 5, height: 3), channels: .rgb)
    #expect(image.array == [UInt8](repeating: 0, count: 45))
  }

  @Test("a channel of numbers is clipped, and rounded to the nearest level with halves away from zero")
  func channelsOfPlanes() {
    let numbers: [Float] = [0.5, 2.5, 3.49, 254.5, -0.5, 300]
    var plane = FloatPlane(width: numbers.count, height: 1)
    for place in numbers.indices {
      var row = plane.mutableRow(0)
      row[place] = numbers[place]
    }
    var image = PixelImage(size: PixelSize(width: numbers.count, height: 1), channels: .gray)
    image.setChannel(0, from: plane)
    #expect(image.array == [1, 3, 3, 255, 0, 255])
  }

  @Test func anImageCanBeFilledAsItIsMade() throws {
    let image = PixelImage(size: PixelSize(width: 2, height: 2), channels: .gray) { output in
      for value in 5..<9 { output.append(UInt8(value)) }
    }
    #expect(image.array == [5, 6, 7, 8])
    let error = #expect(throws: SluiceError.self) {
      try PixelImage(size: PixelSize(width: 2, height: 2), channels: .gray) { output throws(SluiceError) in
        output.append(1)
        throw SluiceError(SluiceError.Code("no-more"), "no more")
      }.array
    }
    #expect(error?.code.description == "no-more")
  }

  @Test func anImageThatFindsNoMemoryIsAnError() {
    // More than any address space holds.
    let size = PixelSize(width: 1 << 30, height: 1 << 20)
    let black = #expect(throws: SluiceError.self) { try PixelImage(allocating: size, channels: .gray).array }
    #expect(black?.code == .outOfMemory)
    let filled = #expect(throws: SluiceError.self) {
      try PixelImage(allocating: size, channels: .gray) { output throws(SluiceError) in output.append(1) }.array
    }
    #expect(filled?.code == .outOfMemory)
  }

  @Test func imagesOfWhateverSizeAreLikeOthers() throws {
    let size = PixelSize(width: 3, height: 2)
    let black = try PixelImage(allocating: size, channels: .rgb)
    #expect(black.array == [UInt8](repeating: 0, count: 18))
    let samples: [UInt8] = [1, 2, 3, 4, 5, 6]
    let copied = try PixelImage(allocating: size, channels: .gray, samples: samples.span)
    #expect(copied.array == samples)
    let error = SampleMemory.$longest.withValue(5) {
      #expect(throws: SluiceError.self) {
        try PixelImage(allocating: size, channels: .gray, samples: samples.span).array
      }
    }
    #expect(error?.code == .outOfMemory)
  }

  @Test func regionsAreClampedToTheImage() {
    let size = PixelSize(width: 5, height: 4)
    func clamped(_ x: Int, _ y: Int, _ width: Int, _ height: Int) -> PixelRegion {
      PixelRegion(x: x, y: y, size: PixelSize(width: width, height: height)).clamped(to: size)
    }
    #expect(clamped(1, 1, 2, 2) == PixelRegion(columns: 1..<3, rows: 1..<3))
    #expect(clamped(-3, 2, 5, 9) == PixelRegion(columns: 0..<2, rows: 2..<4))
    #expect(clamped(-9, 7, 2, 2) == PixelRegion(columns: 0..<1, rows: 3..<4))
  }

  @Test func rowsFollowOneAnother() {
    var image = PixelImage(size: PixelSize(width: 2, height: 3), channels: .gray)
    for y in 0..<3 {
      var row = image.mutableRow(y)
      for x in 0..<2 { row[x] = UInt8(10 * y + x) }
    }
    #expect(image.array == [0, 1, 10, 11, 20, 21])
    #expect(image.row(1)[1] == 11)
  }

  @Test func cloneIsIndependent() {
    let original = PixelImage.noise(width: 4, height: 4, channels: .rgb)
    var copy = original.clone()
    var samples = copy.mutableSamples
    samples[0] = ~samples[0]
    #expect(copy.array[0] != original.array[0])
    #expect(copy.array.dropFirst() == original.array.dropFirst())
  }

  @Test func grayToRGBAndBackIsUnchanged() {
    let gray = PixelImage((0...255).map { UInt8($0) }, width: 16, height: 16, channels: .gray)
    let rgb = gray.converted(to: .rgb)
    #expect(rgb.channels == .rgb)
    #expect(rgb.converted(to: .gray).array == gray.array)
  }

  @Test func lumaIsThatOfPillow() {
    // Pillow: Image.new("RGB", (1, 1), colour).convert("L")
    let table: [([UInt8], UInt8)] = [
      ([255, 0, 0], 76), ([0, 255, 0], 150), ([0, 0, 255], 29), ([255, 255, 255], 255), ([1, 2, 3], 2),
      ([200, 100, 50], 124),
    ]
    for (colour, luma) in table {
      #expect(PixelImage(colour, width: 1, height: 1, channels: .rgb).converted(to: .gray).array == [luma])
    }
  }

  @Test func regionsKnowWhereTheyLie() {
    let size = PixelSize(width: 4, height: 4)
    #expect(PixelRegion(x: 0, y: 0, size: size).lies(within: size))
    #expect(!PixelRegion(x: 1, y: 0, size: size).lies(within: size))
    #expect(!PixelRegion(x: -1, y: 0, size: size).lies(within: PixelSize(width: 9, height: 9)))
  }
}

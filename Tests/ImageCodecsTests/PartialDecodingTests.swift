import CImageCodecs
import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

struct PartialDecodingTests {
  private static let wide = DecodingTests.names.filter { $0.hasPrefix("wide-") }

  private func samples(of image: borrowing PixelImage, in region: PixelRegion) -> [UInt8] {
    let depth = image.channels.rawValue
    let all = image.array
    return region.rows.flatMap { y in
      let row = y * image.size.width
      return all[(row + region.columns.lowerBound) * depth..<(row + region.columns.upperBound) * depth]
    }
  }

  private func expectExact(_ bytes: [UInt8], _ regions: (PixelSize) -> [PixelRegion], _ name: String) throws {
    let whole = try ImageDecoder().decode(bytes.span).takePixels()
    for region in regions(whole.size) {
      let part = try ImageDecoder().decode(bytes.span) { _ in region }.takePixels()
      #expect(part.size == whole.size)
      #expect(samples(of: part, in: region) == samples(of: whole, in: region), "\(name) \(region)")
    }
  }

  /// Runs of a side of the given length: at both ends, and around the borders of blocks and MCUs.
  private func runs(_ length: Int) -> [Range<Int>] {
    let ends = [
      0, 1, 7, 8, 9, 15, 16, 17, 31, 32, 33, 40, 47, 64, length - 33, length - 17, length - 9, length - 1, length,
    ]
    .filter { (0...length).contains($0) }
    return Set(ends).sorted().flatMap { start in Set(ends).sorted().filter { $0 > start }.map { start..<$0 } }
  }

  private func regions(_ size: PixelSize, columns: [Range<Int>]? = nil, rows: [Range<Int>]? = nil) -> [PixelRegion] {
    (columns ?? runs(size.width)).flatMap { columns in
      (rows ?? runs(size.height)).map { PixelRegion(columns: columns, rows: $0) }
    }
  }

  @Test func fixturesAreThere() {
    #expect(Self.wide.count == 8)
  }

  @Test(arguments: wide)
  func neededColumnsAreThoseOfTheWholePicture(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    try expectExact(bytes, { regions($0, rows: [0..<$0.height, 21..<58]) }, name)
  }

  @Test(arguments: wide)
  func neededRowsAreThoseOfTheWholePicture(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    try expectExact(bytes, { regions($0, columns: [0..<$0.width, 50..<51]) }, name)
  }

  @Test(arguments: DecodingTests.names.filter { !$0.hasPrefix("wide-") })
  func everyFixtureCanBeDecodedInPart(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    var limits = DecodeLimits()
    limits.orientation = .ignore
    let whole = try ImageDecoder(limits: limits).decode(bytes.span).takePixels()
    let (width, height) = (whole.size.width, whole.size.height)
    for columns in [0..<1, width / 2..<width, width / 3..<width / 2 + 1] {
      for rows in [0..<1, height / 2..<height, height / 3..<height / 2 + 1] {
        let region = PixelRegion(columns: columns, rows: rows)
        let part = try ImageDecoder(limits: limits).decode(bytes.span) { _ in region }.takePixels()
        #expect(samples(of: part, in: region) == samples(of: whole, in: region), "\(region)")
      }
    }
  }

  /// The samples that the decoder leaves in memory that held `filling` before.
  private func samples(_ bytes: [UInt8], _ region: sluice_region, channels: Int, over filling: UInt8) -> [UInt8] {
    var samples = [UInt8](repeating: filling, count: 131 * 97 * channels)
    var report = sluice_codec_report()
    samples.withUnsafeMutableBufferPointer { pixels in
      var picture = sluice_picture(
        pixels: pixels.baseAddress, width: 131, height: 97, channels: Int32(channels), column_step: channels,
        row_step: 131 * channels)
      sluice_jpeg_decode(bytes, bytes.count, &picture, region, 100, .max, sluice_interest(), &report)
    }
    #expect(report.status == SLUICE_CODEC_OK)
    return samples
  }

  @Test(arguments: wide)
  func everySampleIsWritten(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    let channels = name == "wide-gray.jpg" ? 1 : 3
    for (x, width) in [(0, 131), (0, 1), (130, 1), (40, 17), (63, 68)] as [(UInt32, UInt32)] {
      for (y, height) in [(0, 97), (0, 1), (96, 1), (95, 1), (33, 30)] as [(UInt32, UInt32)] {
        let region = sluice_region(x: x, y: y, width: width, height: height)
        let overOnes = samples(bytes, region, channels: channels, over: 255)
        #expect(overOnes == samples(bytes, region, channels: channels, over: 0), "\(region)")
      }
    }
  }

  @Test func sizesSmallAndOdd() throws {
    for channels in PixelChannels.allCases {
      for (width, height) in [(1, 1), (1, 40), (40, 1), (2, 3), (16, 16), (17, 33), (33, 17), (34, 50), (65, 18)] {
        let image = PixelImage.noise(width: width, height: height, channels: channels)
        let bytes = try image.encodedAsJPEG(quality: 90)
        let all = { size in
          regions(
            size, columns: [0..<1, width - 1..<width, width / 3..<width / 2 + 1],
            rows: [0..<1, height - 1..<height, height / 3..<height / 2 + 1])
        }
        try expectExact(bytes, all, "\(width)×\(height) \(channels)")
      }
    }
  }

  @Test("any sampling factors", arguments: [1, 2, 4], [1, 2, 4])
  func samplingFactors(first: Int, third: Int) throws {
    let sampling = [(horizontal: 1, vertical: first), (1, 1), (1, third)]
    let bytes = EncodedImages.jpeg(width: 40, height: 200, sampling: sampling)
    let regions = { (size: PixelSize) in
      runs(size.height).map { PixelRegion(columns: 10..<18, rows: $0) }
    }
    try expectExact(bytes, regions, "\(sampling)")
  }

  @Test(arguments: (2...8))
  func aPictureThatIsTurnedIsDecodedWhole(value: Int) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/orientation-\(value).jpg")
    let whole = try ImageDecoder().decode(bytes.span).takePixels().array
    let part = try ImageDecoder().decode(bytes.span) { _ in
      PixelRegion(x: 0, y: 0, size: PixelSize(width: 1, height: 1))
    }
    #expect(part.takePixels().array == whole)
  }

  private func failure(_ bytes: [UInt8], _ needed: ImageDecoder.NeededRegion? = nil) -> SluiceError? {
    do throws(SluiceError) {
      _ = try ImageDecoder().decode(bytes.span, neededRegion: needed)
      return nil
    } catch {
      return error
    }
  }

  @Test(arguments: ["wide-420.jpg", "wide-444.jpg", "wide-restart.jpg", "wide-gray.jpg"])
  func damageOutsideOfTheRegionIsReportedAllTheSame(name: String) throws {
    let sound = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    let start = try #require(sound.indices.dropLast().last { sound[$0] == 0xFF && sound[$0 + 1] == 0xDA }) + 14
    var failures = 0
    for position in stride(from: start, to: sound.count - 2, by: 61) {
      // A premature end, a foreign marker, and a run of ones.
      let ended = sound[..<position] + [0xFF, 0xD9]
      let torn = sound[..<position] + [0xFF, 0xC4] + sound[(position + 2)...]
      let ones = sound[..<position] + [0xFF, 0, 0xFF, 0, 0xFF, 0] + sound[min(position + 6, sound.count - 2)...]
      for bytes in [Array(ended), Array(torn), Array(ones)] {
        let whole = failure(bytes)
        failures += whole == nil ? 0 : 1
        for (x, y) in [(0, 0), (60, 50), (130, 96)] {
          let part = failure(bytes) { _ in PixelRegion(x: x, y: y, size: PixelSize(width: 1, height: 1)) }
          #expect(part?.code == whole?.code, "byte \(position), pixel \(x), \(y)")
        }
      }
    }
    #expect(failures > 50)
  }
}

import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

struct DemandTests {
  /// The file with another size in its frame header.
  static func resized(_ bytes: [UInt8], width: Int, height: Int) throws -> [UInt8] {
    let frame = try #require(
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && [0xC0, 0xC2].contains(bytes[$0 + 1]) })
    var copy = bytes
    copy.replaceSubrange(
      frame + 5..<frame + 9,
      with: [UInt8(height >> 8), UInt8(height & 255), UInt8(width >> 8), UInt8(width & 255)])
    return copy
  }

  private static func scans(_ name: String) throws -> [UInt8] {
    try Repository.bytes("\(DecodingTests.fixtures)/scans/\(name).jpg")
  }

  private func demandCode(_ bytes: [UInt8]) -> SluiceError.Code? {
    do throws(SluiceError) {
      _ = try ImageDecoder().demand(of: bytes.span)
      return nil
    } catch {
      return error.code
    }
  }

  private func decodingCode(_ bytes: [UInt8]) -> SluiceError.Code? {
    do throws(SluiceError) {
      _ = try ImageDecoder().decode(bytes.span)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: ["444", "422", "420", "440", "411", "cmyk", "gray", "restart"])
  func aProgressivePhotographOfTheLargestSizeIsPermitted(name: String) throws {
    let bytes = try Self.resized(Self.scans(name), width: 8160, height: 6120)
    let demand = try ImageDecoder().demand(of: bytes.span)
    let samples = 8160 * 6120 * (name == "gray" ? 1 : 3)
    #expect(demand.memory > samples)
    #expect(demand.memory < samples + 64_000_000)
    #expect(demand.work > 2 * samples)
  }

  @Test(arguments: ["444", "422", "420", "440", "411", "cmyk", "gray", "restart"])
  func coefficientsThatLaterScansRefineAreReckonedWith(name: String) throws {
    let bytes = try Self.resized(Self.scans(name), width: 8160, height: 6120)
    let samples = 8160 * 6120 * (name == "gray" ? 1 : 3)
    #expect(try ImageDecoder().demand(of: bytes.span).memory >= samples + (48 << 20))
  }

  /// A baseline JPEG of one component or of three, with a single scan of all.
  private static func baseline(components: Int, width: Int, height: Int) throws -> [UInt8] {
    let sampling = Array(repeating: (horizontal: 1, vertical: 1), count: components)
    return try resized(EncodedImages.jpeg(width: 16, height: 16, sampling: sampling), width: width, height: height)
  }

  /// The file with other scans, each of one component: 1 is the first.
  private static func rescanned(_ bytes: [UInt8], _ components: [UInt8]) throws -> [UInt8] {
    let start = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA })
    let scans = components.flatMap { [0xFF, 0xDA, 0, 8, 1, $0, 0, 0, 63, 0, 0] as [UInt8] }
    return Array(bytes[..<start]) + scans + [0xFF, 0xD9]
  }

  @Test func aBaselineFileInSeveralScansKeepsAllCoefficientsAndOneInASingleScanNone() throws {
    for (side, coefficients) in [(16, 2 * 16 * 16 * 3), (6400, 48 << 20)] {
      let together = try Self.baseline(components: 3, width: side, height: side)
      let apart = try Self.rescanned(together, [1, 2, 3])
      let added = try ImageDecoder().demand(of: apart.span).memory - ImageDecoder().demand(of: together.span).memory
      #expect(added == coefficients)
    }
  }

  @Test func workIsWhatTheScansVisitAndWhatIsWritten() throws {
    // Of 16×16 pixels, 4:4:4: the script visits luma in 8 scans, the others in 5 each; two of these 18 are shared.
    let bytes = try Self.resized(Self.scans("444"), width: 16, height: 16)
    let passes = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
      .reduce(0) { $0 + Int(bytes[$1 + 4]) }
    #expect(try ImageDecoder().demand(of: bytes.span).work == 16 * 16 * 3 + 16 * 16 * passes)
    let png = try EncodedImages.png(width: 24, height: 17)
    #expect(try ImageDecoder().demand(of: png.span).work == 24 * 17 * 3)
  }

  @Test func manyScansOfALargePictureAreTooMuchWork() throws {
    let many = try EncodedImages.jpegWithScans(90)
    // A small one is looked at, and found to repeat itself.
    #expect(decodingCode(many) == .corruptImage)
    let large = try Self.resized(many, width: 8160, height: 6120)
    #expect(decodingCode(large) == .tooMuchWork)
    #expect(demandCode(large) == .tooMuchWork)
    #expect(SluiceError.Code.ofImages.isSuperset(of: [.tooMuchWork, .tooMuchMemory]))
  }

  @Test func aHundredScansArePermittedAndNoMore() throws {
    for (scans, code) in [(100, nil), (101, .tooManyScans)] as [(Int, SluiceError.Code?)] {
      // The file has ten before one of them is repeated.
      let bytes = try EncodedImages.jpegWithScans(scans - 9)
      #expect(bytes.indices.dropLast().count { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA } == scans)
      #expect(demandCode(bytes) == code, "\(scans) scans")
    }
  }

  @Test func twentyFivePassesOverTheLargestPictureArePermittedAndNoMore() throws {
    let largest = try Self.baseline(components: 1, width: 10_000, height: 5000)
    for (passes, code) in [(25, nil), (26, .tooMuchWork)] as [(Int, SluiceError.Code?)] {
      let bytes = try Self.rescanned(largest, Array(repeating: 1, count: passes))
      #expect(demandCode(bytes) == code, "\(passes) passes")
    }
  }

  @Test func anOperatorMayPermitMore() throws {
    let bytes = try Self.resized(try EncodedImages.jpegWithScans(90), width: 8160, height: 6120)
    var limits = DecodeLimits()
    limits.maxPixels = 1_000_000_000
    #expect(try ImageDecoder(limits: limits).demand(of: bytes.span).work > 1_250_000_000)
  }

  @Test(arguments: DecodingTests.names)
  func whatIsRefusedOnItsHeaderIsRefusedWithTheSameError(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    #expect(demandCode(bytes) == nil)
    for length in stride(from: 0, to: bytes.count, by: 17) {
      let cut = Array(bytes[..<length])
      #expect(demandCode(cut) == decodingCode(cut), "\(length) bytes")
    }
  }

  @Test func alphaAndProfilesAreReckonedWithWhereTheyAreKept() throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/rgba8.png")
    let plain = try ImageDecoder().demand(of: bytes.span)
    let withAlpha = try ImageDecoder().demand(of: bytes.span, keeping: [.alpha])
    #expect(withAlpha.memory == plain.memory + 13 * 11)
    let profiled = try Repository.bytes("\(DecodingTests.fixtures)/metadata.png")
    let withProfile = try ImageDecoder().demand(of: profiled.span, keeping: [.colourProfile])
    #expect(try withProfile.memory > ImageDecoder().demand(of: profiled.span).memory)
  }

  @Test func imageDataIsNotVerified() throws {
    var bytes = try EncodedImages.png()
    bytes[45] ^= 1
    #expect(demandCode(bytes) == nil)
    #expect(decodingCode(bytes) == .corruptImage)
  }

  @Test(arguments: ["rgb8.png", "rgba8-interlaced.png", "progressive-420.jpg"])
  func noMemoryForPixelsEndsTheImageAndNotTheProcess(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    for longest in [0, 200] {
      let code = SampleMemory.$longest.withValue(longest) { decodingCode(bytes) }
      #expect(code == .outOfMemory)
    }
    #expect(!SluiceError.Code.ofImages.contains(.outOfMemory))
  }
}

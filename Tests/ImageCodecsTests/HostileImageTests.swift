import CImageCodecs
import Common
import Foundation
import ImageCodecs
import TestSupport
import Testing

struct HostileImageTests {
  private func code(_ bytes: [UInt8], _ limits: DecodeLimits = DecodeLimits()) -> SluiceError.Code? {
    do throws(SluiceError) {
      _ = try ImageDecoder(limits: limits).decode(bytes.span)
      return nil
    } catch {
      return error.code
    }
  }

  @Test(arguments: ["rgb8.png", "palette4-interlaced.png", "baseline-420.jpg", "progressive-422.jpg", "cmyk.jpg"])
  func everyTruncationIsNamed(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    for length in 0..<bytes.count {
      let found = code(Array(bytes[..<length]))
      #expect(found == .truncatedImage || (length == 0 && found == .notAnImage), "\(length) bytes")
    }
  }

  @Test(arguments: ["rgb8.png", "gray1.png", "baseline-420.jpg", "progressive-420.jpg", "orientation-6.jpg"])
  func everyDamagedByteIsSurvived(name: String) throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    for index in bytes.indices {
      for flip: UInt8 in [0xFF, 0x01, 0x80] {
        var damaged = bytes
        damaged[index] ^= flip
        // Anything but a crash or a hang will do; a PNG's checksums let nothing pass but metadata.
        let found = code(damaged)
        if name.hasSuffix(".png") && index >= 8 { #expect(found != nil, "byte \(index)") }
      }
    }
  }

  @Test func randomBytesBehindASignatureAreSurvived() {
    var random = RepeatableRandom(seed: 3)
    for format in ImageFormat.allCases {
      for length in [0, 1, 10, 100, 5000] {
        let noise = (0..<length).map { _ in UInt8.random(in: 0...255, using: &random) }
        #expect(code(format.signature + noise) != nil)
      }
    }
  }

  @Test func wrongMagic() {
    #expect(code(Array("GIF89a, or so it says".utf8)) == .formatNotPermitted)
    #expect(code([]) == .notAnImage)
    #expect(code(Array("<html></html>".utf8)) == .notAnImage)
  }

  @Test func aBombIsRefusedOnItsHeader() {
    let megabyte = [UInt8](repeating: 0, count: 1_000_000)
    let bomb = EncodedImages.pngDeclaring(width: 60_000, height: 60_000, data: megabyte)
    #expect(code(bomb) == .tooManyPixels)
    var generous = DecodeLimits()
    generous.maxDimension = 65535
    generous.maxPixels = 1_000_000_000
    #expect(code(bomb, generous) == .tooManyPixels)
  }

  @Test func morePixelsThanTheDataCanHoldAreRefused() {
    let bytes = EncodedImages.pngDeclaring(width: 7000, height: 7000)
    #expect(code(bytes) == .corruptImage)
  }

  @Test(arguments: [(2, 4), (3, 16), (4, 1), (6, 3), (0, 7), (1, 8), (5, 8)] as [(UInt8, UInt8)])
  func depthsThatAColourTypeDoesNotHaveAreRefusedOnTheHeader(colourType: UInt8, depth: UInt8) {
    let bytes = EncodedImages.pngDeclaring(width: 9, height: 9, colourType: colourType, depth: depth)
    #expect(code(bytes) == .corruptImage)
  }

  @Test(arguments: [(0, 5), (5, 0), (0, 0)])
  func zeroSizes(width: UInt32, height: UInt32) throws {
    #expect(code(EncodedImages.pngDeclaring(width: width, height: height)) == .emptyImage)
    var jpeg = try EncodedImages.jpeg()
    let frame = try #require(jpeg.indices.dropLast().first { jpeg[$0] == 0xFF && jpeg[$0 + 1] == 0xC0 })
    jpeg[frame + 5] = 0
    jpeg[frame + 6] = UInt8(height)
    jpeg[frame + 7] = 0
    jpeg[frame + 8] = UInt8(width)
    #expect(code(jpeg) == .emptyImage)
  }

  @Test func aCorruptChecksumNamesItsChunk() throws {
    var bytes = try EncodedImages.png()
    bytes[40] ^= 1
    let error = #expect(throws: SluiceError.self) { try ImageDecoder().decode(bytes.span).takePixels().array }
    #expect(error?.code == .corruptImage)
    #expect(error?.byteOffset == 33)
  }

  @Test func tenThousandScansAreRefused() throws {
    let bytes = try EncodedImages.jpegWithScans(10_000)
    #expect(bytes.count > 100_000)
    #expect(code(bytes) == .tooManyScans)
    #expect(code(try EncodedImages.jpegWithScans(1)) == nil)
  }

  @Test func aNeedForMoreMemoryThanPermittedIsNoCorruption() throws {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/wide-progressive.jpg")
    #expect(status(ofJPEG: bytes, width: 131, height: 97, memory: 1 << 20) == SLUICE_CODEC_OK)
    #expect(status(ofJPEG: bytes, width: 131, height: 97, memory: 1) == SLUICE_CODEC_TOO_MUCH_MEMORY)
    #expect(status(ofJPEG: bytes, width: 130, height: 97, memory: 1 << 20) == SLUICE_CODEC_MISMATCH)
  }

  private func status(ofJPEG bytes: [UInt8], width: Int, height: Int, memory: Int) -> sluice_codec_status {
    var pixels = [UInt8](repeating: 0, count: 3 * width * height)
    var report = sluice_codec_report()
    pixels.withUnsafeMutableBufferPointer { pixels in
      var picture = sluice_picture(
        pixels: pixels.baseAddress, width: UInt32(width), height: UInt32(height), channels: 3, column_step: 3,
        row_step: 3 * width)
      let whole = sluice_region(x: 0, y: 0, width: picture.width, height: picture.height)
      sluice_jpeg_decode(bytes, bytes.count, &picture, whole, 100, memory, sluice_interest(), &report)
    }
    return report.status
  }

  @Test func limitsOfBytesPixelsAndSides() throws {
    let bytes = try EncodedImages.png(width: 24, height: 17)
    var limits = DecodeLimits()
    limits.maxBytes = bytes.count - 1
    #expect(code(bytes, limits) == .tooManyBytes)
    limits.maxBytes = bytes.count
    #expect(code(bytes, limits) == nil)
    limits.maxPixels = 24 * 17 - 1
    #expect(code(bytes, limits) == .tooManyPixels)
    limits.maxPixels = 24 * 17
    limits.maxDimension = 23
    #expect(code(bytes, limits) == .tooManyPixels)
  }

  @Test func formatsCanBeForbidden() throws {
    var limits = DecodeLimits()
    limits.formats = [.jpeg]
    #expect(code(try EncodedImages.png(), limits) == .formatNotPermitted)
    #expect(code(try EncodedImages.jpeg(), limits) == nil)
  }

  @Test(arguments: [0xC3, 0xC5, 0xC9, 0xCA] as [UInt8])
  func otherCodingProcessesAreRefused(marker: UInt8) throws {
    var bytes = try EncodedImages.jpeg()
    let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes[frame + 1] = marker
    #expect(code(bytes) == .unsupportedImage)
  }

  @Test("a frame header has the length of what it announces", arguments: [-3, -1, 1, 3, 60_000])
  func lengthOfTheFrameHeader(change: Int) throws {
    let sound = try EncodedImages.jpeg()
    let frame = try #require(sound.indices.dropLast().first { sound[$0] == 0xFF && sound[$0 + 1] == 0xC0 })
    let length = 17 + change
    let end = frame + 2 + 17
    let body =
      change < 0
      ? Array(sound[frame + 4..<end + change]) : sound[frame + 4..<end] + [UInt8](repeating: 1, count: change)
    let bytes = sound[..<(frame + 2)] + [UInt8(length >> 8), UInt8(length & 255)] + body + sound[end...]
    // Already the walk over the structure ends there.
    #expect(ImageFormat.jpeg.end(in: Array(bytes).span) == nil)
    #expect(code(Array(bytes)) == .corruptImage)
  }

  @Test(arguments: [2, 5, 255])
  func numbersOfComponentsThatAreNotDecoded(count: Int) {
    let sampling = [(horizontal: Int, vertical: Int)](repeating: (1, 1), count: count)
    #expect(code(EncodedImages.jpeg(width: 8, height: 8, sampling: sampling)) == .unsupportedImage)
  }

  @Test func twelveBitsAreRefused() throws {
    var bytes = try EncodedImages.jpeg()
    let frame = try #require(bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xC0 })
    bytes[frame + 4] = 12
    #expect(code(bytes) == .unsupportedImage)
  }
}

import Calibration
import Common
import ImageCodecs
import Pixels
import TestSupport
import Testing

@Suite struct ImageVariantTests {
  private func decoded(_ bytes: [UInt8]) throws -> DecodedImage { try ImageDecoder().decode(bytes.span) }

  private func gradient() throws -> [UInt8] {
    var samples: [UInt8] = []
    for y in 0..<40 {
      for x in 0..<48 { samples += [UInt8(60 + 2 * x), UInt8(80 + 2 * y), 120] }
    }
    return try PixelImage(samples, width: 48, height: 40, channels: .rgb).encodedAsPNG()
  }

  @Test("a variant follows from image and digest alone, keeps the size, and differs", arguments: ImageVariant.allCases)
  func variantsAreDetermined(variant: ImageVariant) throws {
    let bytes = try EncodedImages.png(width: 48, height: 40)
    let once = try variant.encoded(bytes, limits: DecodeLimits(), seed: "ab")
    #expect(try variant.encoded(bytes, limits: DecodeLimits(), seed: "ab") == once)
    let image = try decoded(once)
    let original = try decoded(bytes)
    #expect(image.header.size == original.header.size)
    #expect(image.pixels.array != original.pixels.array)
    #expect(image.header.format == (variant.rawValue.contains("jpeg") ? .jpeg : .png))
    if variant != .gray { #expect(try variant.encoded(bytes, limits: DecodeLimits(), seed: "cd") != once) }
  }

  @Test("brightness multiplies, noise spreads, gray is gray")
  func variantsDoWhatTheySay() throws {
    let flat = [UInt8](repeating: 100, count: 64 * 64 * 3)
    let bytes = try PixelImage(flat, width: 64, height: 64, channels: .rgb).encodedAsPNG()
    let bright = try decoded(ImageVariant.brightness.encoded(bytes, limits: DecodeLimits(), seed: "7")).pixels.array
    #expect(Set(bright).count == 1 && (80...125).contains(bright[0]))
    let noisy = try decoded(ImageVariant.noise.encoded(bytes, limits: DecodeLimits(), seed: "7")).pixels.array
    let squares = noisy.reduce(0.0) { $0 + (Double($1) - 100) * (Double($1) - 100) }
    #expect((0.9...4.2).contains((squares / Double(noisy.count)).squareRoot()))
    #expect(abs(noisy.reduce(0) { $0 + Int($1) } - 100 * noisy.count) < noisy.count / 4)
    #expect(
      try decoded(ImageVariant.gray.encoded(gradient(), limits: DecodeLimits(), seed: "7")).pixels.channels == .gray)
    let saved = try decoded(ImageVariant.jpeg.encoded(gradient(), limits: DecodeLimits(), seed: "7")).header.jpeg
    #expect((65...95).contains(saved?.quality ?? 0) && saved?.subsampling == .both)
  }

  @Test("what cannot be decoded has no variant", arguments: ImageVariant.allCases)
  func damagedImages(variant: ImageVariant) throws {
    let bytes = Array(try gradient().dropLast(40))
    #expect(throws: SluiceError.self) { try variant.encoded(bytes, limits: DecodeLimits(), seed: "ab") }
    #expect(throws: SluiceError.self) { try variant.encoded([], limits: DecodeLimits(), seed: "ab") }
  }
}

import ImageCodecs
import Pixels

/// Encoded images made on the spot, sound and hostile.
package enum EncodedImages {
  /// A sound PNG of noise.
  package static func png(width: Int = 24, height: Int = 17, seed: UInt64 = 1) throws -> [UInt8] {
    try PixelImage.noise(width: width, height: height, channels: .rgb, seed: seed).encodedAsPNG()
  }

  /// A sound JPEG of noise.
  package static func jpeg(
    width: Int = 24, height: Int = 17, seed: UInt64 = 1, quality: Int = 80
  ) throws -> [UInt8] {
    try PixelImage.noise(width: width, height: height, channels: .rgb, seed: seed).encodedAsJPEG(quality: quality)
  }

  /// A PNG chunk with its checksum.
  package static func chunk(_ type: String, _ body: [UInt8]) -> [UInt8] {
    let covered = Array(type.utf8) + body
    return bigEndian(UInt32(body.count)) + covered + bigEndian(crc32(covered.span))
  }

  /// A PNG whose header declares whatever it likes, around the given image data.
  package static func pngDeclaring(
    width: UInt32, height: UInt32, colourType: UInt8 = 2, depth: UInt8 = 8,
    data: [UInt8] = [0x78, 0x9C, 0x03, 0, 0, 0, 0, 1]
  ) -> [UInt8] {
    ImageFormat.png.signature
      + chunk("IHDR", bigEndian(width) + bigEndian(height) + [depth, colourType, 0, 0, 0])
      + chunk("IDAT", data) + chunk("IEND", [])
  }

  /// A JPEG with its first scan repeated: legal for the parser, endless work for a decoder.
  package static func jpegWithScans(_ count: Int) throws -> [UInt8] {
    let image = try Repository.bytes(Repository.file("Tests/ImageCodecsTests/Fixtures/progressive-420.jpg"))
    guard let start = image.indices.dropLast().first(where: { image[$0] == 0xFF && image[$0 + 1] == 0xDA }),
      let end = image.indices.dropFirst(start + 2).dropLast().first(where: {
        image[$0] == 0xFF && image[$0 + 1] != 0 && !(0xD0...0xD7).contains(image[$0 + 1])
      })
    else { return [] }
    let scan = Array(image[start..<end])
    return Array(image[..<end]) + (1..<count).flatMap { _ in scan } + image[end...]
  }

  package static func bigEndian(_ value: UInt32) -> [UInt8] {
    [UInt8(value >> 24), UInt8(value >> 16 & 255), UInt8(value >> 8 & 255), UInt8(value & 255)]
  }
}

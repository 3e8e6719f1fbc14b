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

  /// A PNG of the given 8-bit samples, with further chunks between header and image data.
  package static func png(
    _ samples: [UInt8], width: Int, height: Int, colourType: UInt8, before chunks: [UInt8] = []
  ) -> [UInt8] {
    let rowLength = samples.count / height
    let rows = (0..<height).flatMap { [0] + samples[$0 * rowLength..<($0 + 1) * rowLength] }
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(height)) + [8, colourType, 0, 0, 0]
    return ImageFormat.png.signature + chunk("IHDR", header) + chunks + chunk("IDAT", deflated(rows))
      + chunk("IEND", [])
  }

  /// A gray PNG of samples of 16 bits, with further chunks between header and image data.
  package static func pngOf16Bits(_ samples: [UInt16], width: Int, before chunks: [UInt8] = []) -> [UInt8] {
    let rows = stride(from: 0, to: samples.count, by: width).flatMap { start -> [UInt8] in
      [0] + samples[start..<start + width].flatMap { [UInt8($0 >> 8), UInt8($0 & 255)] }
    }
    let header = bigEndian(UInt32(width)) + bigEndian(UInt32(samples.count / width)) + [16, 0, 0, 0, 0]
    return ImageFormat.png.signature + chunk("IHDR", header) + chunks + chunk("IDAT", deflated(rows))
      + chunk("IEND", [])
  }

  /// A zlib stream that holds the bytes as they are (RFC 1950, RFC 1951 stored blocks).
  package static func deflated(_ bytes: [UInt8]) -> [UInt8] {
    var stream: [UInt8] = [0x78, 0x01]
    var (a, b): (UInt32, UInt32) = (1, 0)
    for byte in bytes {
      a = (a + UInt32(byte)) % 65521
      b = (b + a) % 65521
    }
    var rest = bytes[...]
    repeat {
      let block = rest.prefix(65535)
      rest = rest.dropFirst(block.count)
      let (low, high) = (UInt8(block.count & 255), UInt8(block.count >> 8))
      stream += [rest.isEmpty ? 1 : 0, low, high, ~low, ~high] + block
    } while !rest.isEmpty
    return stream + bigEndian(b << 16 | a)
  }

  /// A baseline JPEG of one colour, with a component for each pair of sampling factors.
  package static func jpeg(width: Int, height: Int, sampling: [(horizontal: Int, vertical: Int)]) -> [UInt8] {
    func segment(_ marker: UInt8, _ body: [UInt8]) -> [UInt8] {
      [0xFF, marker, UInt8((body.count + 2) >> 8), UInt8((body.count + 2) & 255)] + body
    }
    let names = sampling.indices.map { UInt8($0 + 1) }
    let count = UInt8(sampling.count)
    let components = zip(names, sampling).flatMap { name, factors -> [UInt8] in
      [name, UInt8(factors.horizontal << 4 | factors.vertical), 0]
    }
    let size = [height >> 8, height & 255, width >> 8, width & 255].map { UInt8($0) }
    // One code of a single bit in each table: the same level as before, and the end of the block.
    let codes: [UInt8] = [1] + [UInt8](repeating: 0, count: 15) + [0]
    let head =
      segment(0xDB, [0] + [UInt8](repeating: 1, count: 64)) + segment(0xC0, [8] + size + [count] + components)
      + segment(0xC4, [0] + codes + [0x10] + codes)
    let scan = segment(0xDA, [count] + names.flatMap { [$0, 0] } + [0, 63, 0])
    let side = (
      width: 8 * (sampling.map(\.horizontal).max() ?? 1), height: 8 * (sampling.map(\.vertical).max() ?? 1)
    )
    let groups = ((width + side.width - 1) / side.width) * ((height + side.height - 1) / side.height)
    let bits = 2 * groups * sampling.reduce(0) { $0 + $1.horizontal * $1.vertical }
    let data = [UInt8](repeating: 0, count: bits / 8) + (bits % 8 == 0 ? [] : [0xFF >> UInt8(bits % 8)])
    return [0xFF, 0xD8] + head + scan + data + [0xFF, 0xD9]
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

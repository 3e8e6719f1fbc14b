import CImageCodecs
import ImageCodecs
import Pixels
import TestSupport
import Testing

/// Large pictures have their coefficients packed; here small ones have, too, because their memory is limited.
struct PackedCoefficientsTests {
  /// A progressive picture of 323×187 pixels.
  struct Picture: Sendable, CustomTestStringConvertible {
    let name: String
    let channels: Int
    /// Those of its coefficients, held as they are.
    let unpackedBytes: Int

    /// - Parameters:
    ///   - factors: the horizontal and vertical sampling factors of each component; the first are the largest.
    init(_ name: String, _ factors: [(horizontal: Int, vertical: Int)]) {
      self.name = name
      channels = factors.count == 1 ? 1 : 3
      let columns = (323 + 8 * factors[0].horizontal - 1) / (8 * factors[0].horizontal)
      let rows = (187 + 8 * factors[0].vertical - 1) / (8 * factors[0].vertical)
      unpackedBytes = factors.reduce(0) { $0 + 128 * columns * $1.horizontal * rows * $1.vertical }
    }

    var testDescription: String { name }

    func bytes() throws -> [UInt8] { try Repository.bytes("\(DecodingTests.fixtures)/scans/\(name).jpg") }
  }

  static let pictures = [
    Picture("444", [(1, 1), (1, 1), (1, 1)]), Picture("422", [(2, 1), (1, 1), (1, 1)]),
    Picture("420", [(2, 2), (1, 1), (1, 1)]), Picture("440", [(1, 2), (1, 1), (1, 1)]),
    Picture("411", [(4, 1), (1, 1), (1, 1)]), Picture("cmyk", [(1, 1), (1, 1), (1, 1), (1, 1)]),
    Picture("gray", [(1, 1)]), Picture("restart", [(2, 2), (1, 1), (1, 1)]),
  ]

  private func decode(
    _ bytes: [UInt8], width: Int = 323, height: Int = 187, channels: Int, memory: Int
  ) -> (status: sluice_codec_status, samples: [UInt8]) {
    var samples = [UInt8](repeating: 0, count: width * height * channels)
    var report = sluice_codec_report()
    samples.withUnsafeMutableBufferPointer { pixels in
      var picture = sluice_picture(
        pixels: pixels.baseAddress, width: UInt32(width), height: UInt32(height), channels: Int32(channels),
        column_step: channels, row_step: width * channels)
      let whole = sluice_region(x: 0, y: 0, width: picture.width, height: picture.height)
      sluice_jpeg_decode(bytes, bytes.count, &picture, whole, 100, memory, sluice_interest(), &report)
    }
    return (report.status, samples)
  }

  /// A failure that does not print all samples.
  private func expectSame(_ some: [UInt8], _ others: [UInt8]) {
    let areSame = some == others
    #expect(areSame)
  }

  /// The file, and all files that end after one of its scans: those are smoothed when they are decoded.
  private func withFewerScans(_ bytes: [UInt8]) -> [[UInt8]] {
    let scans = bytes.indices.dropLast().filter { bytes[$0] == 0xFF && bytes[$0 + 1] == 0xDA }
    return scans.dropFirst().map { Array(bytes[..<$0]) + [0xFF, 0xD9] } + [bytes]
  }

  @Test(arguments: pictures)
  func packedOrNotThePixelsAreTheSame(picture: Picture) throws {
    let files = withFewerScans(try picture.bytes())
    #expect(files.count >= 6)
    for file in files {
      let plain = decode(file, channels: picture.channels, memory: picture.unpackedBytes)
      let packed = decode(file, channels: picture.channels, memory: picture.unpackedBytes - 1)
      #expect(plain.status == SLUICE_CODEC_OK && packed.status == SLUICE_CODEC_OK)
      expectSame(plain.samples, packed.samples)
    }
  }

  @Test func damagedScansEndInTheSameWay() throws {
    let picture = Self.pictures[0]
    let sound = try picture.bytes()
    var failures = 0
    for position in stride(from: 700, to: sound.count - 2, by: 379) {
      var damaged = sound
      damaged[position] ^= 0x55
      let plain = decode(damaged, channels: 3, memory: picture.unpackedBytes)
      let packed = decode(damaged, channels: 3, memory: picture.unpackedBytes - 1)
      #expect(plain.status == packed.status, "byte \(position)")
      if plain.status != SLUICE_CODEC_OK { failures += 1 } else { expectSame(plain.samples, packed.samples) }
    }
    #expect(failures > 20)
  }

  @Test func aPictureNeedsMuchLessPacked() throws {
    let planes = try (1...3).map { try EncodedImages.grayJPEG(width: 1600, height: 1200, seed: $0) }
    let unpackedBytes = 3 * 128 * 200 * 150
    let packed = decode(
      EncodedImages.jpeg(ofPlanes: planes), width: 1600, height: 1200, channels: 3, memory: unpackedBytes / 5)
    #expect(packed.status == SLUICE_CODEC_OK)
  }

  @Test(arguments: pictures)
  func moreThanTheLimitIsRefusedWhereverItIsReached(picture: Picture) throws {
    let bytes = try picture.bytes()
    let whole = decode(bytes, channels: picture.channels, memory: .max).samples
    var refusals = 0
    for memory in stride(from: 0, through: picture.unpackedBytes, by: picture.unpackedBytes / 60) {
      let found = decode(bytes, channels: picture.channels, memory: memory)
      if found.status == SLUICE_CODEC_OK {
        expectSame(found.samples, whole)
      } else {
        #expect(found.status == SLUICE_CODEC_TOO_MUCH_MEMORY)
        refusals += 1
      }
    }
    #expect((1...60).contains(refusals))
  }

  /// Scans of one component each, which a baseline file may have as well.
  @Test func scansThatAreNotInterleaved() throws {
    let planes = try (1...3).map { try EncodedImages.grayJPEG(width: 323, height: 187, seed: $0) }
    let file = EncodedImages.jpeg(ofPlanes: planes)
    let unpackedBytes = 3 * 128 * 41 * 24
    let plain = decode(file, channels: 3, memory: unpackedBytes)
    let packed = decode(file, channels: 3, memory: unpackedBytes - 1)
    #expect(plain.status == SLUICE_CODEC_OK && packed.status == SLUICE_CODEC_OK)
    expectSame(plain.samples, packed.samples)
    #expect(Set(plain.samples).count > 100)
  }
}

extension EncodedImages {
  fileprivate static func grayJPEG(width: Int, height: Int, seed: Int) throws -> [UInt8] {
    // Noise would have more coefficients than fit: waves have few.
    let samples = (0..<width * height).map { index in
      UInt8(truncatingIfNeeded: (index % width) * (index / width) * seed / 300)
    }
    return try PixelImage(samples, width: width, height: height, channels: .gray).encodedAsJPEG(quality: 50)
  }

  /// A colour JPEG with a scan for each of the given gray ones, which have the same size and tables.
  fileprivate static func jpeg(ofPlanes planes: [[UInt8]]) -> [UInt8] {
    func place(_ marker: UInt8, in bytes: [UInt8]) -> Int {
      bytes.indices.dropLast().first { bytes[$0] == 0xFF && bytes[$0 + 1] == marker } ?? 0
    }
    let first = planes[0]
    let (frame, scan) = (place(0xC0, in: first), place(0xDA, in: first))
    let behindFrame = frame + 13
    var file = Array(first[..<frame]) + [0xFF, 0xC0, 0, 17] + first[frame + 4..<frame + 9] + [3]
    for name: UInt8 in 1...3 { file += [name, 0x11, 0] }
    file += first[behindFrame..<scan]
    for (index, plane) in planes.enumerated() {
      let start = place(0xDA, in: plane)
      file += [0xFF, 0xDA, 0, 8, 1, UInt8(index + 1), 0, 0, 63, 0] + plane[(start + 10)...].dropLast(2)
    }
    return file + [0xFF, 0xD9]
  }
}

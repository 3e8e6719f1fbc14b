import ImageCodecs
import Pixels
import TestSupport
import Testing

/// Pictures are turned while they are decoded: each kind of file on its own way.
struct OrientationTests {
  private static let files = [
    "rgb8.png", "rgb8-interlaced.png", "rgba8-interlaced.png", "gray2-interlaced.png", "gray8.png", "baseline-420.jpg",
    "progressive-422.jpg", "cmyk.jpg", "gray.jpg", "tall.jpg",
  ]

  private static func tiff(_ orientation: ExifOrientation) -> [UInt8] {
    Array("MM\0*".utf8)
      + [0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(orientation.rawValue), 0, 0, 0, 0, 0, 0]
  }

  private func bytes(_ name: String, declaring orientation: ExifOrientation) throws -> [UInt8] {
    let bytes = try Repository.bytes("\(DecodingTests.fixtures)/\(name)")
    let tiff = Self.tiff(orientation)
    if name.hasSuffix(".png") { return bytes[..<33] + EncodedImages.chunk("eXIf", tiff) + bytes[33...] }
    return bytes[..<2] + [0xFF, 0xE1, 0, UInt8(8 + tiff.count)] + Array("Exif\0\0".utf8) + tiff + bytes[2...]
  }

  /// The pixel of the stored picture that is pixel (x, y) of the upright one.
  private func stored(_ x: Int, _ y: Int, _ orientation: ExifOrientation, _ size: PixelSize) -> (x: Int, y: Int) {
    let (right, bottom) = (size.width - 1, size.height - 1)
    return switch orientation {
    case .upright: (x, y)
    case .mirrored: (right - x, y)
    case .rotated180: (right - x, bottom - y)
    case .flipped: (x, bottom - y)
    case .transposed: (y, x)
    case .rotated90: (y, bottom - x)
    case .transversed: (right - y, bottom - x)
    case .rotated270: (right - y, x)
    }
  }

  @Test(arguments: files, ExifOrientation.allCases)
  func aTurnedPictureHasThePixelsOfTheStoredOne(name: String, orientation: ExifOrientation) throws {
    let file = try bytes(name, declaring: orientation)
    var limits = DecodeLimits()
    limits.orientation = .ignore
    let plain = try ImageDecoder(limits: limits).decode(file.span).takePixels()
    let turned = try ImageDecoder().decode(file.span).takePixels()
    let (source, target, depth) = (plain.array, turned.array, plain.channels.rawValue)
    #expect(turned.size == (orientation.rawValue < 5 ? plain.size : plain.size.transposed))
    var differences = 0
    for y in 0..<turned.size.height {
      for x in 0..<turned.size.width {
        let place = stored(x, y, orientation, plain.size)
        let (from, to) = (depth * (place.y * plain.size.width + place.x), depth * (y * turned.size.width + x))
        differences += source[from..<from + depth] == target[to..<to + depth] ? 0 : 1
      }
    }
    #expect(differences == 0)
  }
}

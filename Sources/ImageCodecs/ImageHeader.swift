import Common
import Pixels

/// What the header of an encoded image declares.
package struct ImageHeader: Sendable, Hashable {
  package let format: ImageFormat
  /// As stored, before any orientation is applied.
  package let size: PixelSize
  /// How samples become colours, in the words of the format: `gray`, `rgb`, `palette`, `ycbcr`, `cmyk`, `ycck`, …
  package let colour: String
  /// Those of the decoded pixels.
  package let channels: PixelChannels
  package let bitsPerSample: Int
  /// Progressive JPEG or interlaced PNG.
  package let isInterlaced: Bool
  /// `nil` for a PNG.
  package let jpeg: JPEGCompression?

  /// Whether the file has gray alone; with alpha, it is decoded to three channels all the same.
  package var isGray: Bool { colour == "gray" || colour == "gray+alpha" }
  /// Whether samples are gray ones of 16 bits without alpha, of which programs make 8 bits in different ways.
  package var hasDeepGray: Bool { channels == .gray && bitsPerSample == 16 }
}

extension SluiceError.Code {
  package static let refusedFinding = SluiceError.Code("refused-finding")
  package static let notAnImage = SluiceError.Code("not-an-image")
  package static let formatNotPermitted = SluiceError.Code("format-not-permitted")
  package static let tooManyBytes = SluiceError.Code("too-many-bytes")
  package static let tooManyPixels = SluiceError.Code("too-many-pixels")
  package static let tooManyScans = SluiceError.Code("too-many-scans")
  package static let tooMuchWork = SluiceError.Code("too-much-work")
  package static let tooMuchMemory = SluiceError.Code("too-much-memory")
  package static let emptyImage = SluiceError.Code("empty-image")
  package static let truncatedImage = SluiceError.Code("truncated-image")
  package static let corruptImage = SluiceError.Code("corrupt-image")
  package static let unsupportedImage = SluiceError.Code("unsupported-image")

  /// What says that the image itself is at fault; any other trouble leaves it unjudged.
  package static let ofImages: Set<SluiceError.Code> = [
    .notAnImage, .formatNotPermitted, .tooManyBytes, .tooManyPixels, .tooManyScans, .tooMuchWork, .tooMuchMemory,
    .emptyImage, .truncatedImage, .corruptImage, .unsupportedImage, .refusedFinding,
  ]
}

extension DecodeLimits {
  /// The declared size as a checked value.
  ///
  /// - Throws: `empty-image`, `too-many-pixels`.
  package func permittedSize(width: Int, height: Int, at offset: Int) throws(SluiceError) -> PixelSize {
    guard width > 0, height > 0 else {
      throw SluiceError(
        .emptyImage, "the header declares \(width)×\(height) pixels", byteOffset: offset)
    }
    guard width <= maxDimension, height <= maxDimension else {
      throw SluiceError(
        .tooManyPixels, "the header declares \(width)×\(height) pixels; the longest permitted side is \(maxDimension)",
        byteOffset: offset)
    }
    guard width * height <= maxPixels else {
      throw SluiceError(
        .tooManyPixels,
        "the header declares \(width)×\(height) = \(width * height) pixels; at most \(maxPixels) are permitted",
        byteOffset: offset)
    }
    return PixelSize(width: width, height: height)
  }
}

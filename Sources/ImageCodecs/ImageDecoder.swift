import Common
import Pixels

/// Decodes PNG and JPEG within limits.
///
/// The markers or chunks are walked first: magic bytes, structure, size limits and scan counts are checked before
/// any pixel is allocated. Colour follows Pillow: JPEG as libjpeg-turbo decodes it with the accurate integer DCT and
/// smooth upsampling; alpha dropped, not composited; gamma and colour profiles not applied; 16-bit samples cut to
/// their high byte, gray ones too, which Pillow clips at 255 instead when it makes 8 bits of them. Orientation is applied
/// as Pillow 13's `exif_transpose` does, unless the limits say otherwise.
///
/// Harmless irregularities are passed over as libjpeg and libpng do, and become a finding. Not so what leaves pixels to
/// guessing: damaged or missing entropy-coded data, a missing end, wrong checksums of critical chunks are errors.
package struct ImageDecoder: Sendable {
  package let limits: DecodeLimits

  /// The part of a picture of the given size that is needed; lies within it.
  package typealias NeededRegion = (PixelSize) -> PixelRegion

  package init(limits: DecodeLimits = DecodeLimits()) {
    self.limits = limits
  }

  /// Decodes one whole image; bytes after its end become a finding.
  ///
  /// - Parameters:
  ///   - extras: what is kept besides the pixels.
  ///   - neededRegion: the part of the picture that will be read. Pixels outside of it may come out black or slightly
  ///     off, which saves a baseline JPEG much of its work; damage outside of it is reported all the same. Not asked
  ///     for a picture that has to be turned upright. `nil` for all pixels.
  ///   - isWanted: whether anybody still waits for the picture. Asked before decoding begins, and every few milliseconds
  ///     of work from then on; when it answers `false`, decoding ends.
  /// - Throws: `not-an-image`, `format-not-permitted`, `too-many-bytes`, `too-many-pixels`, `too-many-scans`,
  ///   `too-much-work`, `too-much-memory`, `empty-image`, `truncated-image`, `corrupt-image`, `unsupported-image`,
  ///   `out-of-memory`, all with the byte where the trouble lies; and `cancelled`.
  /// - Complexity: O(bytes + pixels), times the scans of a JPEG; `demand(of:)` tells the memory.
  package func decode(
    _ bytes: Span<UInt8>, keeping extras: DecodedExtras = [], neededRegion: NeededRegion? = nil,
    isWanted: Interest = { true }
  ) throws(SluiceError) -> DecodedImage {
    switch try permittedFormat(of: bytes) {
    case .jpeg: try decodeJPEG(bytes, keeping: extras, neededRegion: neededRegion, isWanted)
    case .png: try decodePNG(bytes, keeping: extras, isWanted)
    }
  }

  /// The format by the first bytes.
  ///
  /// - Throws: `too-many-bytes`, `not-an-image`, `truncated-image`, `format-not-permitted`.
  func permittedFormat(of bytes: Span<UInt8>) throws(SluiceError) -> ImageFormat {
    guard bytes.count <= limits.maxBytes else {
      throw SluiceError(
        .tooManyBytes, "\(bytes.count) bytes; at most \(limits.maxBytes) are permitted", byteOffset: limits.maxBytes)
    }
    guard let format = ImageFormat.at(0, in: bytes) else { throw notAnImage(bytes) }
    guard limits.formats.contains(format) else {
      throw SluiceError(
        .formatNotPermitted, "\(format.rawValue) images are not permitted by the filter", byteOffset: 0)
    }
    return format
  }

  private func notAnImage(_ bytes: Span<UInt8>) -> SluiceError {
    if bytes.isEmpty { return SluiceError(.notAnImage, "no bytes at all", byteOffset: 0) }
    for format in ImageFormat.allCases where bytes.count < format.signature.count {
      if (0..<bytes.count).allSatisfy({ bytes[$0] == format.signature[$0] }) {
        return SluiceError(.truncatedImage, "the data ends inside its signature", byteOffset: bytes.count)
      }
    }
    if let format = OtherFormat(bytes) {
      return SluiceError(
        .formatNotPermitted, "\(format.rawValue) is not decoded; only JPEG and PNG are",
        remedy: "convert it to JPEG or PNG", byteOffset: 0)
    }
    return SluiceError(.notAnImage, "neither a JPEG nor a PNG begins here", byteOffset: 0)
  }

  /// How the picture has to be turned, by the limits.
  func turn(_ stored: ExifOrientation?) -> ExifOrientation {
    limits.orientation == .apply ? stored ?? .upright : .upright
  }
}

import CImageCodecs
import Pixels

/// A decoded picture, and what its file said and contained.
package struct DecodedImage: ~Copyable {
  /// Turned upright as the limits say; gray where the file is gray without alpha, RGB otherwise.
  package var pixels: PixelImage
  package let header: ImageHeader
  package let findings: [Finding]

  /// The pixels alone, given up by the decoded image.
  package consuming func takePixels() -> PixelImage { pixels }
}

/// Decodes PNG and JPEG within limits.
///
/// The markers or chunks are walked first: magic bytes, structure, size limits and scan counts are checked before
/// any pixel is allocated. Colour follows Pillow: JPEG as libjpeg-turbo decodes it with the accurate integer DCT and
/// smooth upsampling; alpha dropped, not composited; gamma and colour profiles not applied; 16-bit samples cut to
/// their high byte. EXIF orientation is applied, unless the limits say otherwise.
package struct ImageDecoder: Sendable {
  package let limits: DecodeLimits

  package init(limits: DecodeLimits = DecodeLimits()) {
    self.limits = limits
  }

  /// Decodes one whole image; bytes after its end become a finding.
  ///
  /// - Throws: `not-an-image`, `format-not-permitted`, `too-many-bytes`, `too-many-pixels`, `too-many-scans`,
  ///   `empty-image`, `truncated-image`, `corrupt-image`, `unsupported-image`, `out-of-memory`; all with the byte
  ///   where the trouble lies.
  /// - Complexity: O(bytes + pixels); memory 7 bytes a pixel, for JPEG up to 12 more while it decodes.
  package func decode(_ bytes: Span<UInt8>) throws(SluiceError) -> DecodedImage {
    guard bytes.count <= limits.maxBytes else {
      throw SluiceError(
        .tooManyBytes, "\(bytes.count) bytes; permitted are \(limits.maxBytes)", byteOffset: limits.maxBytes)
    }
    guard let format = ImageFormat.at(0, in: bytes) else { throw notAnImage(bytes) }
    guard limits.formats.contains(format) else {
      throw SluiceError(
        .formatNotPermitted, "\(format.rawValue) images are not permitted by the filter", byteOffset: 0)
    }
    return switch format {
    case .jpeg: try decodeJPEG(bytes)
    case .png: try decodePNG(bytes)
    }
  }

  private func notAnImage(_ bytes: Span<UInt8>) -> SluiceError {
    if bytes.isEmpty { return SluiceError(.notAnImage, "no bytes at all", byteOffset: 0) }
    for format in ImageFormat.allCases where bytes.count < format.signature.count {
      if (0..<bytes.count).allSatisfy({ bytes[$0] == format.signature[$0] }) {
        return SluiceError(.truncatedImage, "the data ends inside its signature", byteOffset: bytes.count)
      }
    }
    return SluiceError(.notAnImage, "neither a JPEG nor a PNG begins here", byteOffset: 0)
  }

  private func decodeJPEG(_ bytes: Span<UInt8>) throws(SluiceError) -> DecodedImage {
    let structure = try JPEGStructure(bytes)
    let header = try structure.header(within: limits)
    var pixels = PixelImage(size: header.size, channels: header.colour == "gray" ? .gray : .rgb)
    let channels = Int32(pixels.channels.rawValue)
    var report = sluice_codec_report()
    var target = pixels.mutableSamples
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe target.withUnsafeMutableBufferPointer { output in
        unsafe sluice_jpeg_decode(
          input.baseAddress, structure.end, output.baseAddress, UInt32(header.size.width),
          UInt32(header.size.height), channels, Int32(DecodeLimits.maxScans),
          DecodeLimits.jpegWorkingMemory(pixels: header.size.area), &report)
      }
    }
    if let error = report.error(format: "JPEG") { throw error }
    return DecodedImage(
      pixels: upright(pixels, structure.orientation), header: header,
      findings: structure.findings(count: bytes.count) + report.warningFindings)
  }

  private func upright(_ pixels: consuming PixelImage, _ orientation: ExifOrientation?) -> PixelImage {
    pixels.turnedUpright(from: limits.orientation == .apply ? orientation ?? .upright : .upright)
  }

  private func decodePNG(_ bytes: Span<UInt8>) throws(SluiceError) -> DecodedImage {
    let structure = try PNGStructure(bytes)
    let header = try structure.header(within: limits)
    let report: sluice_codec_report
    var pixels = PixelImage(
      size: header.size, channels: structure.isGray && !structure.hasAlphaChannel ? .gray : .rgb)
    var translucent = 0
    if structure.hasAlphaChannel {
      var samples = [UInt8](repeating: 0, count: header.size.area * 4)
      report = try Self.decodePNG(
        bytes, end: structure.end, size: header.size, channels: 4, into: samples.mutableSpan)
      translucent = Self.dropAlpha(samples.span, into: pixels.mutableSamples)
    } else {
      report = try Self.decodePNG(
        bytes, end: structure.end, size: header.size, channels: pixels.channels.rawValue,
        into: pixels.mutableSamples)
    }
    return DecodedImage(
      pixels: upright(pixels, structure.orientation), header: header,
      findings: structure.findings(count: bytes.count, translucent: translucent) + report.warningFindings)
  }

  /// Copies the colours of RGBA samples, and returns how many pixels are not opaque.
  private static func dropAlpha(_ rgba: Span<UInt8>, into rgb: consuming MutableSpan<UInt8>) -> Int {
    var translucent = 0
    for pixel in 0..<rgb.count / 3 {
      rgb[3 * pixel] = rgba[4 * pixel]
      rgb[3 * pixel + 1] = rgba[4 * pixel + 1]
      rgb[3 * pixel + 2] = rgba[4 * pixel + 2]
      translucent += rgba[4 * pixel + 3] == 255 ? 0 : 1
    }
    return translucent
  }

  private static func decodePNG(
    _ bytes: Span<UInt8>, end: Int, size: PixelSize, channels: Int, into target: consuming MutableSpan<UInt8>
  ) throws(SluiceError) -> sluice_codec_report {
    precondition(target.count == size.area * channels)
    var report = sluice_codec_report()
    unsafe bytes.withUnsafeBufferPointer { input in
      unsafe target.withUnsafeMutableBufferPointer { output in
        unsafe sluice_png_decode(
          input.baseAddress, end, output.baseAddress, UInt32(size.width), UInt32(size.height),
          Int32(channels), &report)
      }
    }
    if let error = report.error(format: "PNG") { throw error }
    return report
  }
}

/// What is done about an EXIF orientation.
package enum OrientationPolicy: String, Sendable, Hashable, CaseIterable {
  /// The picture is turned upright, as people see it.
  case apply
  /// The picture stays as it is stored, as models see it whose training did the same (plain Pillow does).
  case ignore
}

/// What an encoded image may be at most, and how it is read. Checked on the header, before any pixel is allocated.
package struct DecodeLimits: Sendable, Hashable {
  /// Formats that are decoded; others are rejected by their first bytes.
  package var formats: Set<ImageFormat> = [.jpeg, .png]
  /// Length of the encoded image in bytes.
  package var maxBytes = 10_000_000
  /// Width times height.
  package var maxPixels = 50_000_000
  /// Width and height, each.
  package var maxDimension = 16384
  package var orientation = OrientationPolicy.apply

  /// Scans of a JPEG: a legal progressive file may have tens of thousands, each a pass over all coefficients.
  package static let maxScans = 100

  package static let byteRange = 64...1_000_000_000
  package static let pixelRange = 1...1_000_000_000
  package static let dimensionRange = 1...65535

  package init() {}

  /// Working memory of the JPEG library: coefficients of four full-size components, and some room.
  static func jpegWorkingMemory(pixels: Int) -> Int { 32 << 20 + 12 * pixels }
}

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

  /// Passes over the coefficients of a JPEG that has as many in every component as the largest picture has pixels: a
  /// progressive CMYK photograph, saved with the usual script of the Independent JPEG Group, needs 6 in each of its 4
  /// components, an RGB one without subsampling 14 in all. One more is for the blocks that fill up the borders.
  ///
  /// Measured with 50 megapixels on a busy core: the CMYK photograph in 10 MB takes 2.2 s, the RGB one in 7 MB 1.3 s; 24
  /// passes in which there is nothing to refine take 1.8 s, and 60 such passes, which this refuses, 3.3 s.
  private static let maxPasses = 25

  /// How many coefficients all scans of a JPEG may visit together. Small pictures may have many more scans than large
  /// ones, and no fewer where an operator permits small pictures alone.
  package var maxCoefficientVisits: Int { Self.maxPasses * max(maxPixels, DecodeLimits().maxPixels) }

  package static let byteRange = 64...1_000_000_000
  package static let pixelRange = 1...1_000_000_000
  package static let dimensionRange = 1...65535

  package init() {}

  /// Memory for the coefficients of a JPEG whose scans refine one another. Beyond it they are packed: then a picture
  /// needs one to three bytes for each coefficient that is not zero. A long file can have many of those, and is
  /// permitted more.
  static func coefficientMemory(fileBytes: Int) -> Int { max(48 << 20, 4 * fileBytes) }
}

import Pixels

/// A decoded picture, and what its file said and contained.
package struct DecodedImage: ~Copyable {
  /// Turned upright as the limits say; gray where the file is gray without alpha, RGB otherwise.
  package var pixels: PixelImage
  /// How opaque each pixel is, 255 entirely: a gray image of the size of `pixels`, turned with them. `nil` when it was
  /// not asked for, and for a file in which every pixel is declared opaque.
  package var alpha: PixelImage?
  /// The samples of a gray PNG of 16 bits as Pillow makes 8 bits of them, where `pixels` has their high bytes: 255 for all
  /// that is above. A gray image of the size of `pixels`, turned with them; `nil` when it was not asked for, and for all
  /// other files.
  package var clippedSamples: PixelImage?
  package let header: ImageHeader
  package let findings: [Finding]
  /// The gamma a PNG declares, of whatever positive value, unless it also declares sRGB, which overrides it.
  package let gamma: Double?
  /// The embedded ICC profile. `nil` when it was not asked for, and when there is no sound one, or several.
  package let colourProfile: [UInt8]?
  /// The code points of a PNG for a colour space other than sRGB. `nil` where viewers differ in what they take in their
  /// place, and for those that are not evaluated.
  package let codingPoints: CodingPoints?

  /// The pixels alone, given up by the decoded image.
  package consuming func takePixels() -> PixelImage { pixels }
}

/// What a decoded image is to hold besides its pixels.
package struct DecodedExtras: OptionSet, Sendable, Hashable {
  package let rawValue: Int

  package init(rawValue: Int) {
    self.rawValue = rawValue
  }

  /// The opacity of pixels, from an alpha channel or a declared transparency.
  package static let alpha = DecodedExtras(rawValue: 1)
  /// The bytes of the embedded ICC profile, at most `ColourProfile.maxBytes`.
  package static let colourProfile = DecodedExtras(rawValue: 2)
  /// The samples of gray pictures of 16 bits, clipped.
  package static let clippedSamples = DecodedExtras(rawValue: 4)
}

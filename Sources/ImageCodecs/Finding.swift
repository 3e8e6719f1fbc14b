/// A fact about the encoded file besides its picture: something that another decoder might show, or that carries
/// bytes past the classifier.
package struct Finding: Sendable, Hashable {
  package enum Code: String, Sendable, Hashable, CaseIterable {
    /// Pixels that are not opaque. Alpha is dropped, so what a viewer composites may look different.
    case alpha
    /// A colour or palette entries declared transparent (PNG tRNS). Dropped as alpha is.
    case transparency
    /// More than one frame (APNG), or a frame other than the image before it. The default image alone is judged.
    case animation
    /// A text comment (JPEG COM, PNG tEXt, zTXt, iTXt).
    case text
    /// Camera metadata (EXIF).
    case exif
    /// An EXIF orientation other than upright; the value is 2…8.
    case orientation
    /// An orientation that is not applied, and other readers may apply: in EXIF data that does not count, in XMP, or as
    /// text; the value is the largest of them, 1…8.
    case otherOrientation = "other-orientation"
    /// A PNG gamma other than that of sRGB, which has not been applied; the value is the gamma.
    case gamma
    /// An embedded colour profile, or primaries or code points (PNG cHRM, cICP) that are not those of sRGB. None has been
    /// applied.
    case colourProfile = "icc-profile"
    /// Further pictures after the first, announced by a Multi-Picture index.
    case multiplePictures = "multiple-pictures"
    /// Bytes after the end of the picture.
    case trailingBytes = "trailing-bytes"
    /// Bytes after the end of the picture that are a file of another kind, or a picture of a kind that readers find at a
    /// fixed place of the file.
    case polyglot
    /// Places that some programs pass over, while others refuse the file, take it for one of another kind, or read other
    /// pixels: what stands there says nothing about the picture.
    case ambiguousForm = "ambiguous-form"
    /// Scans are missing: coefficients of a JPEG lack bits, which decoders make up in different ways. The count is of
    /// coefficients of a block.
    case incompleteScans = "incomplete-scans"
    /// Pixels whose palette index has no entry; they are black here.
    case paletteIndex = "palette-index"
    /// Image data after the last pixel of a PNG, which is not read; the count is in bytes, where it is known.
    case excessImageData = "excess-image-data"
    /// Four-colour print data, converted as Adobe writes it.
    case cmyk
    /// More than 8 bits a sample; the high byte was kept.
    case deepSamples = "16-bit"
    /// Metadata of other kinds (XMP, Photoshop, private segments and chunks); the count is in bytes.
    case otherMetadata = "other-metadata"
    /// Metadata with a wrong checksum, or a colour profile that cannot be put together; passed over.
    case damagedMetadata = "damaged-metadata"
    /// Irregularities that the decoder reported as harmless.
    case decoderWarnings = "decoder-warnings"
  }

  package let code: Code
  /// How many: bytes, pixels, chunks or frames, as the code says.
  package let count: Int?
  /// The value of gamma or orientation.
  package let value: Double?

  /// What a polyglot is besides a picture.
  package let contents: [TrailingContent]
  /// Whether viewers differ in what they make of it, so that none of them tells what people see: of a transparency.
  package let isAmbiguous: Bool

  package init(
    _ code: Code, count: Int? = nil, value: Double? = nil, contents: [TrailingContent] = [], isAmbiguous: Bool = false
  ) {
    self.code = code
    self.count = count
    self.value = value
    self.contents = contents
    self.isAmbiguous = isAmbiguous
  }

  /// What a file is besides its picture: the bytes after the end of it, if they are a file of another kind; further JPEGs
  /// that a Multi-Picture index announces are none. And another picture, where one stands at a fixed place.
  ///
  /// - Complexity: O(bytes after the end), at most a mebibyte.
  static func polyglots(after end: Int, in bytes: Span<UInt8>, beside findings: [Finding]) -> [Finding] {
    let announcesJPEGs = findings.contains { $0.code == .multiplePictures }
    var contents = TrailingContent.kinds(in: bytes.extracting(end...), announcesJPEGs: announcesJPEGs)
    if !contents.contains(.picture), HeaderlessPicture.stands(in: bytes) { contents.append(.picture) }
    return contents.isEmpty ? [] : [Finding(.polyglot, contents: contents)]
  }
}

extension Finding {
  /// The fact in a sentence for people.
  package var sentence: String {
    switch code {
    case .alpha: "\(count ?? 0) pixels are not opaque; alpha was dropped"
    case .transparency:
      isAmbiguous
        ? "transparency is declared in a form that viewers differ about; it was ignored"
        : "a colour is declared transparent; this was ignored"
    case .animation: "an animation of \(count ?? 0) frames; only the default image was judged"
    case .text: "\(count ?? 0) text comments"
    case .exif: "EXIF metadata, \(count ?? 0) bytes"
    case .orientation: "EXIF orientation \(Int(value ?? 1))"
    case .otherOrientation: "a second orientation, \(Int(value ?? 1)), which was not applied"
    case .gamma: "gamma \(value ?? 0), not applied"
    case .colourProfile: "a colour profile or primaries other than sRGB's, \(count ?? 0) bytes, not applied"
    case .multiplePictures: "a Multi-Picture index: further pictures follow the first"
    case .trailingBytes: "\(count ?? 0) bytes after the end of the picture"
    case .polyglot: "the file is of another kind as well: \(contents.map(\.rawValue).joined(separator: ", "))"
    case .ambiguousForm: "in \(count ?? 0) places some programs refuse the file, or read other pixels"
    case .incompleteScans: "scans are missing: \(count ?? 0) coefficients of a block have bits missing"
    case .paletteIndex: "\(count ?? 0) pixels have a palette index without a colour; they were made black"
    case .excessImageData: "image data after the last pixel, which was not read"
    case .cmyk: "CMYK data, converted to RGB"
    case .deepSamples: "16 bits for each sample, reduced to 8: the high byte was kept"
    case .otherMetadata: "\(count ?? 0) bytes of other metadata"
    case .damagedMetadata: "\(count ?? 0) pieces of metadata are damaged; they were skipped"
    case .decoderWarnings: "\(count ?? 0) harmless irregularities were skipped"
    }
  }
}

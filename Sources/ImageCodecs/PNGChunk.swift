/// A type of chunk that is known; what others hold is not looked at.
enum PNGChunk: String, CaseIterable {
  case header = "IHDR"
  case palette = "PLTE"
  case imageData = "IDAT"
  case end = "IEND"
  case transparency = "tRNS"

  case gamma = "gAMA"
  case sRGB = "sRGB"
  case chromaticities = "cHRM"
  case profile = "iCCP"
  case codingPoints = "cICP"

  case animationControl = "acTL"
  case frameControl = "fcTL"
  case frameData = "fdAT"

  case exif = "eXIf"
  case text = "tEXt"
  case compressedText = "zTXt"
  case internationalText = "iTXt"

  // These say how to show the picture, or are part of it: none of them carries anything else.
  case physicalSize = "pHYs"
  case background = "bKGD"
  case time = "tIME"
  case significantBits = "sBIT"
  case histogram = "hIST"

  // A file may have a million chunks: no string is made of them.
  private static let byCode: [Int: PNGChunk] = Dictionary(
    uniqueKeysWithValues: allCases.map { chunk in (chunk.rawValue.utf8.reduce(0) { $0 << 8 | Int($1) }, chunk) })

  /// The one whose type stands at `offset`; `nil` for another, and beyond the end.
  init?(typeAt offset: Int, in bytes: Span<UInt8>) {
    guard let code = bytes.uint32(at: offset), let chunk = Self.byCode[code] else { return nil }
    self = chunk
  }
}

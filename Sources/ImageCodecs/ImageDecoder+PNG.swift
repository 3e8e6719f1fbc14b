import CImageCodecs
import Common
import Pixels

extension ImageDecoder {
  func decodePNG(
    _ bytes: Span<UInt8>, keeping extras: DecodedExtras, _ isWanted: Interest
  ) throws(SluiceError) -> DecodedImage {
    let structure = try PNGStructure(bytes)
    let header = try structure.header(within: limits)
    let orientation = turn(structure.orientations.effective)
    let whole = bytes.extracting(..<structure.end)
    let keepsAlpha = extras.contains(.alpha) && structure.mayBeTranslucent
    let upright = orientation.uprightSize(of: header.size)
    var alpha = keepsAlpha ? try PixelImage(allocating: upright, channels: .gray) : nil
    var facts = sluice_png_facts()
    var report = sluice_codec_report()
    let pixels = try Self.decodedPixels(ofPNG: whole, header, orientation, isWanted, &alpha, &facts, &report)
    var findings = Self.findings(structure, facts, in: bytes)
    var profile: [UInt8]?
    if extras.contains(.colourProfile) {
      let found = structure.colours.profile(in: bytes)
      profile = found.bytes
      if found.isDamaged { findings.append(Finding(.damagedMetadata, count: 1)) }
    }
    let keepsClipped = extras.contains(.clippedSamples) && header.hasDeepGray
    let clipped = keepsClipped ? try Self.clippedSamples(ofPNG: whole, header.size, orientation, isWanted) : nil
    return DecodedImage(
      pixels: pixels, alpha: alpha.take(), clippedSamples: clipped, header: header,
      findings: findings + report.warningFindings(),
      gamma: structure.colours.effectiveGamma.map { Double($0) / 100_000 }, colourProfile: profile,
      codingPoints: structure.colours.codingPoints)
  }

  /// - Parameters:
  ///   - bytes: of the PNG, up to its end chunk.
  ///   - alpha: receives how opaque each pixel is, where there is one.
  private static func decodedPixels(
    ofPNG bytes: Span<UInt8>, _ header: ImageHeader, _ orientation: ExifOrientation, _ isWanted: Interest,
    _ alpha: inout PixelImage?, _ facts: inout sluice_png_facts, _ report: inout sluice_codec_report
  ) throws(SluiceError) -> PixelImage {
    let upright = orientation.uprightSize(of: header.size)
    return try PixelImage(allocating: upright, channels: header.channels) { output throws(SluiceError) in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        var picture = unsafe sluice_picture(target.baseAddress, header.size, header.channels, turnedFrom: orientation)
        unsafe bytes.withUnsafeBufferPointer { input in
          unsafe withPicture(of: &alpha, header.size, turnedFrom: orientation) { opacity in
            unsafe withInterest(isWanted) { interest in
              unsafe sluice_png_decode(
                input.baseAddress, input.count, &picture, opacity, &facts, interest, &report)
            }
          }
        }
        // The C function has written every sample if it succeeded.
        count = report.status == SLUICE_CODEC_OK ? target.count : 0
      }
      if let error = report.error(format: "PNG") { throw error }
    }
  }

  /// What the structure says, what the pixels say, and what lies behind either.
  private static func findings(
    _ structure: PNGStructure, _ facts: sluice_png_facts, in bytes: Span<UInt8>
  ) -> [Finding] {
    var findings = structure.findings(count: bytes.count, translucent: facts.translucent)
    if facts.unknown > 0 { findings.append(Finding(.paletteIndex, count: facts.unknown)) }
    let excess = structure.imageDataBytes(from: facts.end, in: bytes)
    if excess > endOfStream || facts.has_excess != 0 {
      findings.append(Finding(.excessImageData, count: excess > endOfStream ? excess : nil))
    }
    return findings + Finding.polyglots(after: structure.end, in: bytes, beside: findings)
  }

  /// Bytes of a zlib stream that may be left when the last pixel is there: an empty block, and a checksum.
  private static let endOfStream = 5 + 4

  private static func withPicture(
    of image: inout PixelImage?, _ size: PixelSize, turnedFrom orientation: ExifOrientation,
    _ body: (UnsafePointer<sluice_picture>?) -> Void
  ) {
    guard var present = image.take() else { return body(nil) }
    var samples = present.mutableSamples
    unsafe samples.withUnsafeMutableBufferPointer {
      var picture = unsafe sluice_picture($0.baseAddress, size, .gray, turnedFrom: orientation)
      unsafe body(&picture)
    }
    image = consume present
  }
}

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
    let keepsAlpha = extras.contains(.alpha) && structure.mayBeTranslucent
    let upright = orientation.uprightSize(of: header.size)
    var alpha = keepsAlpha ? try PixelImage(allocating: upright, channels: .gray) : nil
    let channels = header.channels
    var facts = sluice_png_facts()
    var report = sluice_codec_report()
    let pixels = try PixelImage(allocating: upright, channels: channels) { output throws(SluiceError) in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        var picture = unsafe sluice_picture(target.baseAddress, header.size, channels, turnedFrom: orientation)
        unsafe bytes.withUnsafeBufferPointer { input in
          unsafe Self.withPicture(of: &alpha, header.size, turnedFrom: orientation) { opacity in
            unsafe withInterest(isWanted) { interest in
              unsafe sluice_png_decode(
                input.baseAddress, structure.end, &picture, opacity, &facts, interest, &report)
            }
          }
        }
        // The C function has written every sample if it succeeded.
        count = report.status == SLUICE_CODEC_OK ? target.count : 0
      }
      if let error = report.error(format: "PNG") { throw error }
    }
    var findings = structure.findings(count: bytes.count, translucent: facts.translucent)
    if facts.unknown > 0 { findings.append(Finding(.paletteIndex, count: facts.unknown)) }
    let excess = structure.imageDataBytes(from: facts.end, in: bytes)
    if excess > Self.endOfStream || facts.has_excess != 0 {
      findings.append(Finding(.excessImageData, count: excess > Self.endOfStream ? excess : nil))
    }
    findings += Finding.polyglots(after: structure.end, in: bytes, beside: findings)
    var profile: [UInt8]?
    if extras.contains(.colourProfile) {
      let found = structure.colours.profile(in: bytes)
      profile = found.bytes
      if found.isDamaged { findings.append(Finding(.damagedMetadata, count: 1)) }
    }
    let keepsClipped = extras.contains(.clippedSamples) && header.hasDeepGray
    let whole = bytes.extracting(..<structure.end)
    let clipped = keepsClipped ? try Self.clippedSamples(ofPNG: whole, header.size, orientation, isWanted) : nil
    return DecodedImage(
      pixels: pixels, alpha: alpha.take(), clippedSamples: clipped, header: header,
      findings: findings + report.warningFindings(),
      gamma: structure.colours.effectiveGamma.map { Double($0) / 100_000 }, colourProfile: profile,
      codingPoints: structure.colours.codingPoints)
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

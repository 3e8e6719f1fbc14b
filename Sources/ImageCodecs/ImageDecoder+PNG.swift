import CImageCodecs
import Pixels

extension ImageDecoder {
  func decodePNG(_ bytes: Span<UInt8>, keeping extras: DecodedExtras) throws(SluiceError) -> DecodedImage {
    let structure = try PNGStructure(bytes)
    let header = try structure.header(within: limits)
    let orientation = turn(structure.orientation)
    let keepsAlpha = extras.contains(.alpha) && (structure.hasAlphaChannel || structure.hasTransparency)
    var alpha = keepsAlpha ? PixelImage(size: header.size, channels: .gray) : nil
    let channels: PixelChannels = structure.isGray && !structure.hasAlphaChannel ? .gray : .rgb
    var translucent = 0
    var report = sluice_codec_report()
    let pixels = try PixelImage(size: header.size, channels: channels) { output throws(SluiceError) in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        var picture = unsafe sluice_picture(target.baseAddress, header.size, channels)
        unsafe bytes.withUnsafeBufferPointer { input in
          unsafe Self.withSamples(of: &alpha) { opacity in
            unsafe sluice_png_decode(
              input.baseAddress, structure.end, &picture, opacity, &translucent, &report)
          }
        }
        // The C function has written every sample if it succeeded.
        count = report.status == SLUICE_CODEC_OK ? target.count : 0
      }
      if let error = report.error(format: "PNG") { throw error }
    }
    var findings = structure.findings(count: bytes.count, translucent: translucent)
    findings += Finding.polyglots(after: structure.end, in: bytes, beside: findings)
    var profile: [UInt8]?
    if extras.contains(.colourProfile), !structure.hasForeignCodingPoints, let range = structure.profileRange {
      profile = ColourProfile.inflated(bytes.extracting(range))
      if profile == nil { findings.append(Finding(.damagedMetadata, count: 1)) }
    }
    return DecodedImage(
      pixels: pixels.turnedUpright(from: orientation), alpha: alpha.take()?.turnedUpright(from: orientation),
      header: header, findings: findings + report.warningFindings,
      gamma: structure.effectiveGamma.map { Double($0) / 100_000 }, colourProfile: profile)
  }

  private static func withSamples(of image: inout PixelImage?, _ body: (UnsafeMutablePointer<UInt8>?) -> Void) {
    guard var present = image.take() else { return body(nil) }
    var samples = present.mutableSamples
    unsafe samples.withUnsafeMutableBufferPointer { unsafe body($0.baseAddress) }
    image = consume present
  }
}

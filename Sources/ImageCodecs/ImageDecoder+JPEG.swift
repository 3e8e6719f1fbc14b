import CImageCodecs
import Common
import Pixels

extension ImageDecoder {
  func decodeJPEG(
    _ bytes: Span<UInt8>, keeping extras: DecodedExtras, neededRegion: NeededRegion?, _ isWanted: Interest
  ) throws(SluiceError) -> DecodedImage {
    let structure = try JPEGStructure(bytes)
    let header = try structure.header(within: limits)
    let orientation = turn(structure.orientations.effective)
    let region = (orientation == .upright ? neededRegion : nil)?(header.size)
    var report = sluice_codec_report()
    let pixels = try Self.pixels(
      ofJPEG: bytes.extracting(..<structure.end), header, orientation,
      region ?? PixelRegion(x: 0, y: 0, size: header.size), isWanted, &report)
    var findings = structure.findings(count: bytes.count)
    findings += Finding.polyglots(after: structure.end, in: bytes, beside: findings)
    var profile: [UInt8]?
    if extras.contains(.colourProfile), !structure.profileSegments.isEmpty {
      profile = ColourProfile.joined(structure.profileSegments, in: bytes)
      if profile == nil { findings.append(Finding(.damagedMetadata, count: 1)) }
    }
    return DecodedImage(
      pixels: pixels, alpha: nil, clippedSamples: nil, header: header,
      findings: findings + report.warningFindings(beside: structure.irregularities), gamma: nil, colourProfile: profile,
      codingPoints: nil)
  }

  private static func pixels(
    ofJPEG bytes: Span<UInt8>, _ header: ImageHeader, _ orientation: ExifOrientation, _ region: PixelRegion,
    _ isWanted: Interest, _ report: inout sluice_codec_report
  ) throws(SluiceError) -> PixelImage {
    precondition(region.lies(within: header.size), "the needed region lies within the picture")
    let upright = orientation.uprightSize(of: header.size)
    return try PixelImage(allocating: upright, channels: header.channels) { output throws(SluiceError) in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        unsafe bytes.withUnsafeBufferPointer { input in
          var picture = unsafe sluice_picture(target.baseAddress, header.size, header.channels, turnedFrom: orientation)
          unsafe withInterest(isWanted) { interest in
            unsafe sluice_jpeg_decode(
              input.baseAddress, input.count, &picture, sluice_region(region), Int32(DecodeLimits.maxScans),
              DecodeLimits.coefficientMemory(fileBytes: input.count), interest, &report)
          }
        }
        // The C function has written every sample if it succeeded.
        count = report.status == SLUICE_CODEC_OK ? target.count : 0
      }
      if let error = report.error(format: "JPEG") { throw error }
    }
  }
}

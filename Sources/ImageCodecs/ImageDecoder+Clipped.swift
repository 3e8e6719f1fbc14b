import CImageCodecs
import Common
import Pixels

extension ImageDecoder {
  /// The samples of a gray PNG of 16 bits as Pillow makes 8 bits of them: 255 for all that is above.
  ///
  /// - Parameters:
  ///   - bytes: of the PNG, up to its end chunk.
  ///   - size: as stored.
  /// - Returns: a gray picture, turned upright.
  /// - Throws: `out-of-memory`, `cancelled`.
  /// - Complexity: O(bytes + pixels).
  static func clippedSamples(
    ofPNG bytes: Span<UInt8>, _ size: PixelSize, _ orientation: ExifOrientation, _ isWanted: Interest
  ) throws(SluiceError) -> PixelImage {
    var report = sluice_codec_report()
    let upright = orientation.uprightSize(of: size)
    return try PixelImage(allocating: upright, channels: .gray) { output throws(SluiceError) in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        unsafe bytes.withUnsafeBufferPointer { input in
          var picture = unsafe sluice_picture(target.baseAddress, size, .gray, turnedFrom: orientation)
          unsafe withInterest(isWanted) { interest in
            unsafe sluice_png_decode_clipped(input.baseAddress, input.count, &picture, interest, &report)
          }
        }
        // The C function has written every sample if it succeeded.
        count = report.status == SLUICE_CODEC_OK ? target.count : 0
      }
      if let error = report.error(format: "PNG") { throw error }
    }
  }
}

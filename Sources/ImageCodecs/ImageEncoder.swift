import CImageCodecs
import Common
import Pixels

extension PixelImage {
  /// The image as a PNG, 8 bits a sample, gray or RGB.
  ///
  /// - Parameters:
  ///   - isStored: without compression: as large as the samples, in a hundredth of the time.
  /// - Throws: `out-of-memory`, `corrupt-image` when the library refuses the image.
  /// - Complexity: O(width · height).
  package borrowing func encodedAsPNG(isStored: Bool = false) throws(SluiceError) -> [UInt8] {
    unsafe try encoded(format: "PNG") { picture, bytes, count, report in
      unsafe sluice_png_encode(picture, isStored ? 1 : 0, bytes, count, report)
    }
  }

  /// The image as a baseline JPEG, accurate integer DCT.
  ///
  /// - Parameters:
  ///   - quality: 1…100, libjpeg's scale.
  ///   - fullChroma: whether every pixel keeps its colour (4:4:4), instead of four sharing one (4:2:0).
  /// - Throws: `unsupported-image` for a side over 65,500; `out-of-memory`.
  /// - Complexity: O(width · height).
  package borrowing func encodedAsJPEG(quality: Int, fullChroma: Bool = false) throws(SluiceError) -> [UInt8] {
    precondition((1...100).contains(quality))
    return unsafe try encoded(format: "JPEG") { picture, bytes, count, report in
      unsafe sluice_jpeg_encode(picture, Int32(quality), fullChroma ? 1 : 0, bytes, count, report)
    }
  }

  /// What is left of the image after it was saved as a JPEG and opened again: `encodedAsJPEG(quality:)` decoded, byte
  /// for byte, without the checks that a file from elsewhere needs.
  ///
  /// - Parameters:
  ///   - quality: 1…100, libjpeg's scale.
  /// - Throws: `unsupported-image` for a side over 65,500; `out-of-memory`.
  /// - Complexity: O(width · height).
  package borrowing func roundTrippedThroughJPEG(quality: Int) throws(SluiceError) -> PixelImage {
    precondition((1...100).contains(quality))
    var report = sluice_codec_report()
    let (size, channels, samples) = (size, channels, samples)
    return try PixelImage(size: size, channels: channels) { output throws(SluiceError) in
      unsafe output.withUnsafeMutableBufferPointer { target, count in
        unsafe samples.withUnsafeBufferPointer { source in
          // The encoder only reads the pixels.
          let pixels = unsafe UnsafeMutablePointer(mutating: source.baseAddress)
          var picture = unsafe sluice_picture(pixels, size, channels)
          unsafe sluice_jpeg_round_trip(&picture, Int32(quality), target.baseAddress, &report)
        }
        count = report.status == SLUICE_CODEC_OK ? target.count : 0
      }
      if let error = report.error(format: "JPEG") { throw error }
    }
  }

  private typealias Encode = (
    UnsafePointer<sluice_picture>, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>, UnsafeMutablePointer<Int>,
    UnsafeMutablePointer<sluice_codec_report>
  ) -> Void

  private borrowing func encoded(format: String, _ encode: Encode) throws(SluiceError) -> [UInt8] {
    var report = sluice_codec_report()
    var buffer: UnsafeMutablePointer<UInt8>?
    var count = 0
    unsafe samples.withUnsafeBufferPointer { samples in
      // The encoders only read the pixels.
      let pixels = unsafe UnsafeMutablePointer(mutating: samples.baseAddress)
      var picture = unsafe sluice_picture(pixels, size, channels)
      unsafe encode(&picture, &buffer, &count, &report)
    }
    defer { unsafe sluice_codec_free(buffer) }
    if let error = report.error(format: format) { throw error }
    return unsafe [UInt8](UnsafeBufferPointer(start: buffer, count: count))
  }
}

import CImageCodecs
import Pixels

extension PixelImage {
  /// The image as a PNG, 8 bits a sample, gray or RGB.
  ///
  /// - Throws: `out-of-memory`, `corrupt-image` when the library refuses the image.
  /// - Complexity: O(width · height).
  package borrowing func encodedAsPNG() throws(SluiceError) -> [UInt8] {
    unsafe try encoded(format: "PNG") { pixels, width, height, channels, bytes, count, report in
      unsafe sluice_png_encode(pixels, width, height, channels, bytes, count, report)
    }
  }

  /// The image as a baseline JPEG: chroma 4:2:0, accurate integer DCT.
  ///
  /// - Parameters:
  ///   - quality: 1…100, libjpeg's scale.
  /// - Throws: `out-of-memory`, `corrupt-image` when the library refuses the image.
  /// - Complexity: O(width · height).
  package borrowing func encodedAsJPEG(quality: Int) throws(SluiceError) -> [UInt8] {
    precondition((1...100).contains(quality))
    return unsafe try encoded(format: "JPEG") { pixels, width, height, channels, bytes, count, report in
      unsafe sluice_jpeg_encode(pixels, width, height, channels, Int32(quality), bytes, count, report)
    }
  }

  private typealias Encode = (
    UnsafePointer<UInt8>?, UInt32, UInt32, Int32, UnsafeMutablePointer<UnsafeMutablePointer<UInt8>?>,
    UnsafeMutablePointer<Int>, UnsafeMutablePointer<sluice_codec_report>
  ) -> Void

  private borrowing func encoded(format: String, _ encode: Encode) throws(SluiceError) -> [UInt8] {
    var report = sluice_codec_report()
    var buffer: UnsafeMutablePointer<UInt8>?
    var count = 0
    unsafe samples.withUnsafeBufferPointer { pixels in
      unsafe encode(
        pixels.baseAddress, UInt32(size.width), UInt32(size.height), Int32(channels.rawValue), &buffer, &count,
        &report)
    }
    defer { unsafe sluice_codec_free(buffer) }
    if let error = report.error(format: format) { throw error }
    return unsafe [UInt8](UnsafeBufferPointer(start: buffer, count: count))
  }
}

import Common
import Pixels

/// One input on its way to a verdict: an encoded image, or what became of an attempt to read one.
package struct EncodedInput: Sendable {
  /// Where it comes from: a path, a tar member, or a stream.
  package let source: String
  /// Where in a stream it begins, in bytes; `nil` for whole files.
  package let offset: Int?
  package let bytes: [UInt8]
  /// The size of an image whose bytes are its pixels as they are, row by row; `nil` for encoded images.
  package let pixels: PixelLayout?
  /// Why there is nothing to decode.
  package let problem: Problem?

  package enum Problem: Sendable {
    /// The input breaks a rule: it is rejected.
    case rejected(SluiceError)
    /// The input could not be read: no verdict is possible.
    case unreadable(SluiceError)
  }

  /// How pixels lie that are not encoded: 8 bits a sample, samples interleaved.
  package struct PixelLayout: Sendable, Hashable {
    package var size: PixelSize
    package var channels: PixelChannels

    package init(size: PixelSize, channels: PixelChannels) {
      self.size = size
      self.channels = channels
    }
  }

  /// - Precondition: with `pixels`, there are as many bytes as they say.
  package init(
    source: String, offset: Int? = nil, bytes: [UInt8], pixels: PixelLayout? = nil, problem: Problem? = nil
  ) {
    precondition(pixels.map { $0.size.area * $0.channels.rawValue == bytes.count } ?? true)
    self.source = source
    self.offset = offset
    self.bytes = bytes
    self.pixels = pixels
    self.problem = problem
  }

  /// - Throws: why there is nothing to decode.
  package func checkIsReadable() throws(SluiceError) {
    switch problem {
    case .rejected(let error), .unreadable(let error): throw error
    case nil: break
    }
  }
}

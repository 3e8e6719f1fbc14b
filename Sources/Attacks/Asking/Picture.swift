import Pixels

/// The 8-bit picture that an attack changes: rows from top to bottom, samples interleaved.
///
/// Unlike `PixelImage` it may be copied: attacks hold several versions of one picture at a time, all of a model's size.
package struct Picture: Sendable, Hashable {
  package let size: PixelSize
  package let channels: PixelChannels
  package var samples: [UInt8]

  /// - Precondition: there are width · height · channels samples.
  package init(size: PixelSize, channels: PixelChannels, samples: [UInt8]) {
    precondition(samples.count == size.area * channels.rawValue)
    self.size = size
    self.channels = channels
    self.samples = samples
  }

  package init(_ image: borrowing PixelImage) {
    let span = image.samples
    var samples = [UInt8](repeating: 0, count: span.count)
    var copy = samples.mutableSpan
    copy.copy(from: span)
    self.init(size: image.size, channels: image.channels, samples: samples)
  }

  package var image: PixelImage { PixelImage(size: size, channels: channels, samples: samples) }

  /// The same picture with other samples.
  func with(_ samples: [UInt8]) -> Picture { Picture(size: size, channels: channels, samples: samples) }
}

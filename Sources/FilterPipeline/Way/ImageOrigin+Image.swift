import Decision
import ImageCodecs
import Pixels

extension ImageOrigin {
  /// - Parameters:
  ///   - size: what preprocessing scales the whole picture to, before any crop.
  ///   - image: the model-size image.
  /// - Complexity: O(pixels of the model-size image).
  init(_ header: ImageHeader, scaledTo size: PixelSize, _ image: borrowing PixelImage) {
    self.init(
      isGray: image.isWithoutColour, format: header.format.rawValue, subsampling: header.jpeg?.subsampling.rawValue,
      quality: header.jpeg?.quality,
      scale: Double(min(header.size.width, header.size.height)) / Double(max(1, min(size.width, size.height))))
  }
}

extension ImageOrigin {
  /// The origin of pixels that come without a file: a format of their own, to which nothing is calibrated.
  init(pixels source: PixelSize, scaledTo size: PixelSize, _ image: borrowing PixelImage) {
    self.init(
      isGray: image.isWithoutColour, format: "pixels", subsampling: nil, quality: nil,
      scale: Double(min(source.width, source.height)) / Double(max(1, min(size.width, size.height))))
  }
}

extension PixelImage {
  /// The mean difference between channels, in levels of 255, below which people see gray.
  private static let faintestColour = 1

  /// Whether red, green and blue are alike nearly everywhere, whatever the file calls itself.
  fileprivate borrowing func isAlike(_ channel: Int, _ other: Int) -> Bool {
    let samples = samples
    let depth = channels.rawValue
    // What is left when it is used up is colour: most photographs need no look at the rest.
    var faint = Self.faintestColour * size.area
    var start = 0
    while start < samples.count, faint > 0 {
      faint -= abs(Int(samples[start + channel]) - Int(samples[start + other]))
      start += depth
    }
    return faint > 0
  }

  fileprivate var isWithoutColour: Bool {
    borrowing get { channels == .gray || (isAlike(0, 1) && isAlike(1, 2)) }
  }
}

import Common
import ImageCodecs

/// Where an image that begins at the head of a stream ends.
enum ImageBoundary {
  /// The image ends at this position, its end marker included.
  case end(Int)
  /// The structure breaks; whatever comes next begins at or after this position.
  case broken(searchFrom: Int)
  /// The image is longer than the limit; the next one begins after this position.
  case tooLong(searchFrom: Int)
}

/// Finds where the images of a stream end.
///
/// It follows markers or chunks from the head to the end of the image, reading no further than it must. End bytes are
/// never searched for: a thumbnail inside EXIF data has an end marker too. Where the structure breaks, the image was
/// damaged or cut short, and the position tells from where a next image may begin.
///
/// - Complexity: O(bytes consumed) for a whole stream, also when many of its images claim the same bytes.
struct ImageBoundaries {
  private var ofJPEG: JPEGBoundaries
  private var ofPNG: PNGBoundaries

  /// - Parameters:
  ///   - limit: the longest permitted image in bytes.
  init(in buffer: StreamBuffer, limit: Int) {
    ofJPEG = JPEGBoundaries(in: buffer, limit: limit)
    ofPNG = PNGBoundaries(in: buffer, limit: limit)
  }

  /// The boundary of the image at the head.
  mutating func next(of format: ImageFormat) throws(SluiceError) -> ImageBoundary {
    switch format {
    case .jpeg: try ofJPEG.next()
    case .png: try ofPNG.next()
    }
  }
}

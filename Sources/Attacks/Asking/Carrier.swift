import Common
import Pixels
import Preprocessing

/// A picture to save, whose part that the classifier sees is attacked.
///
/// Attacks change the picture in the classifier's own size, where every change reaches it as it is: resampling would blur it,
/// and norms would be of another picture than the papers'. So that the filter's preprocessing changes nothing, the picture is
/// saved in the size that the preprocessing would have scaled it to, with the border that it cuts off: 256×256 for a resize to
/// 256 and a crop of 224. Where the steps permit no such picture, the original is attacked in its own size.
package struct Carrier: Sendable {
  /// What is saved, unchanged.
  private let whole: Picture
  /// The part of it that is attacked.
  private let region: PixelRegion

  /// - Complexity: that of preprocessing the picture three times.
  package init(_ image: borrowing PixelImage, _ preprocessor: Preprocessor) {
    let seen = Picture(preprocessor.trappingApply(to: image.clone()))
    if let scaled = Self.scaled(image, preprocessor, seen) {
      self = scaled
      return
    }
    whole = Picture(image)
    region = preprocessor.neededRegion(of: image.size)
  }

  private init(whole: Picture, region: PixelRegion) {
    self.whole = whole
    self.region = region
  }

  /// The carrier that the preprocessing leaves as it is; `nil` where it would not.
  private static func scaled(
    _ image: borrowing PixelImage, _ preprocessor: Preprocessor, _ seen: Picture
  ) -> Carrier? {
    var carrier = Carrier(whole: seen, region: PixelRegion(x: 0, y: 0, size: seen.size))
    if preprocessor.steps.count > 1,
      case .centerCrop(_, let rounding) = preprocessor.steps[preprocessor.steps.count - 1],
      case .resizeShorterSide(let side, .antialiased) = preprocessor.steps[preprocessor.steps.count - 2]
    {
      let square = PixelSize(width: side, height: side)
      guard seen.size.width <= side, seen.size.height <= side,
        let bordered = try? Preprocessor(
          steps: preprocessor.steps.dropLast() + [.centerCrop(square, rounding: rounding)],
          channels: preprocessor.channels)
      else { return nil }
      // The crop's offset is rounded, so the border may be a pixel off; what the classifier sees is not.
      let whole = Picture(bordered.trappingApply(to: image.clone()))
      carrier = Carrier(whole: whole, region: preprocessor.neededRegion(of: square))
      guard carrier.region.size == seen.size else { return nil }
      carrier = Carrier(whole: carrier.bearing(seen), region: carrier.region)
    }
    return Picture(preprocessor.trappingApply(to: carrier.whole.image)) == seen ? carrier : nil
  }

  /// The part that is attacked, unchanged.
  package var original: Picture { part(of: whole) }

  /// The part of a saved picture that was attacked.
  ///
  /// - Precondition: the picture has the size of what is saved.
  /// - Complexity: O(samples).
  package func part(of saved: Picture) -> Picture {
    precondition(saved.size == whole.size && saved.channels == whole.channels)
    let channels = whole.channels.rawValue
    var samples: [UInt8] = []
    samples.reserveCapacity(region.size.area * channels)
    for y in region.rows {
      let start = (y * whole.size.width + region.x) * channels
      samples += saved.samples[start..<start + region.size.width * channels]
    }
    return Picture(size: region.size, channels: whole.channels, samples: samples)
  }

  /// What is saved for an attacked part.
  ///
  /// - Precondition: the part has the size and channels of `original`.
  /// - Complexity: O(samples).
  package func bearing(_ part: Picture) -> Picture {
    precondition(part.size == region.size && part.channels == whole.channels)
    let length = region.size.width * whole.channels.rawValue
    var samples = whole.samples
    for row in 0..<region.size.height {
      let start = ((region.y + row) * whole.size.width + region.x) * whole.channels.rawValue
      samples.replaceSubrange(start..<start + length, with: part.samples[row * length..<(row + 1) * length])
    }
    return whole.with(samples)
  }
}

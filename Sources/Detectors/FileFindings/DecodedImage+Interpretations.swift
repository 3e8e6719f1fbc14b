import ImageCodecs
import Pixels

extension DecodedImage {
  /// The larger of what `distance` says about the picture on black and on white; 0 without alpha.
  borrowing func differencesOfAlpha(_ distance: (consuming PixelImage) -> Double) -> Double {
    // One after the other, so that one composite at a time takes memory.
    let onBlack = distance(composited(on: 0))
    return max(onBlack, distance(composited(on: 255)))
  }

  /// The picture on a plain background; itself where it is opaque.
  borrowing func composited(on background: UInt8) -> PixelImage {
    switch alpha {
    case .some(let alpha): pixels.composited(with: alpha, on: background)
    case .none: pixels.clone()
    }
  }
}

extension DecodedImage {
  /// The embedded profile, where there is one that is evaluated.
  var readableProfile: MatrixProfile? {
    guard let bytes = colourProfile else { return nil }
    return MatrixProfile(bytes.span)
  }
}

extension PixelImage {
  /// Mean of |a − b| over all samples, in [0, 1].
  ///
  /// - Precondition: both have the same size and channels.
  /// - Complexity: O(samples).
  borrowing func meanAbsoluteDifference(from other: borrowing PixelImage) -> Double {
    let (a, b) = (samples, other.samples)
    precondition(a.count == b.count)
    var total = 0
    for index in 0..<a.count { total += abs(Int(a[index]) - Int(b[index])) }
    return Double(total) / Double(255 * a.count)
  }
}

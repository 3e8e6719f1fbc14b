import ImageCodecs
import Pixels
import Preprocessing

extension DecodedImage {
  /// Puts some samples of the picture on a plain background; nothing happens to those of an opaque one.
  borrowing func place(_ row: inout MutableSpan<UInt8>, _ place: RowPlace, on background: UInt8) {
    let depth = pixels.channels.rawValue
    let columns = place.left..<place.left + row.count / depth
    switch alpha {
    case .some(let alpha):
      row.composite(with: alpha.row(place.y).extracting(columns), samplesPerPixel: depth, on: background)
    case .none: break
    }
  }
}

extension DecodedImage {
  /// Puts clipped samples of 16 bits in the place of some of the picture; nothing happens to one that has none.
  borrowing func clip(_ row: inout MutableSpan<UInt8>, _ place: RowPlace) {
    switch clippedSamples {
    case .some(let clipped):
      let samples = clipped.row(place.y)
      for index in 0..<row.count { row[index] = samples[place.left + index] }
    case .none: break
    }
  }
}

extension DecodedImage {
  /// Whether no pixel has an opacity, or none was kept.
  var isOpaque: Bool {
    borrowing get {
      switch alpha {
      case .some: false
      case .none: true
      }
    }
  }

  /// Whether viewers differ in which pixels are transparent: what is composited here is only one of several pictures.
  var isTransparencyAmbiguous: Bool { findings.contains { $0.code == .transparency && $0.isAmbiguous } }

  /// The embedded profile, or what code points say, where it is evaluated: none that gives colours to a picture of one
  /// channel.
  var readableProfile: MatrixProfile? {
    guard let profile = declaredProfile else { return nil }
    return pixels.channels == .gray && !profile.keepsGray ? nil : profile
  }

  private var declaredProfile: MatrixProfile? {
    if let codingPoints { return MatrixProfile(codingPoints) }
    guard let bytes = colourProfile else { return nil }
    return MatrixProfile(bytes.span)
  }

  /// Whether some viewers take the colours from a profile or code points, and not from a gamma.
  var overridesGamma: Bool { colourProfile != nil || codingPoints != nil }
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

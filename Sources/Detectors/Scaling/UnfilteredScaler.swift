import Glibc

/// Scalers that do not widen their kernel when they reduce: whatever the ratio, they read 1, 2 × 2 or 4 × 4 source
/// pixels for one of the result, and an attacker who writes to those alone owns the result (Xiao et al. 2019; Quiring
/// et al. 2020). These are the standard ones of OpenCV's `resize`, TensorFlow's and PyTorch's `interpolate`.
package enum UnfilteredScaler: CaseIterable {
  /// The pixel that holds the centre, ⌊(i + ½) · ratio⌋: Pillow, PyTorch's `nearest-exact`.
  case nearest
  /// The pixel that holds the corner, ⌊i · ratio⌋: OpenCV, PyTorch's `nearest`.
  case nearestCorner
  /// Half-pixel centres.
  case bilinear
  /// Keys' cubic with a = −0.75, half-pixel centres: OpenCV, PyTorch.
  case bicubic

  /// The scaler in the words of a sentence.
  var name: String {
    switch self {
    case .nearest, .nearestCorner: "nearest neighbours"
    case .bilinear: "bilinear interpolation"
    case .bicubic: "bicubic interpolation"
    }
  }

  /// What each result position reads along one axis.
  ///
  /// - Parameter phase: how far the reading positions are moved, in result pixels.
  package func taps(from source: Int, to target: Int, phase: Double = 0) -> ScalingTaps {
    let ratio = Double(source) / Double(target)
    return ScalingTaps(source: source, target: target, width: width) { output, weights in
      let start = (Double(output) + phase) * ratio
      let center = start + ratio / 2 - 0.5
      let first = center.rounded(.down)
      let rest = Float(center - first)
      switch self {
      case .nearest:
        weights[0] = 1
        return Int(start + ratio / 2)
      case .nearestCorner:
        weights[0] = 1
        return Int(start)
      case .bilinear:
        weights[0] = 1 - rest
        weights[1] = rest
        return Int(first)
      case .bicubic:
        for tap in 0..<4 { weights[tap] = Self.cubic(Float(tap - 1) - rest) }
        return Int(first) - 1
      }
    }
  }

  private var width: Int {
    switch self {
    case .nearest, .nearestCorner: 1
    case .bilinear: 2
    case .bicubic: 4
    }
  }

  private static func cubic(_ distance: Float) -> Float {
    let (a, x) = (Float(-0.75), abs(distance))
    return x < 1 ? ((a + 2) * x - (a + 3)) * x * x + 1 : x < 2 ? (((x - 5) * x + 8) * x - 4) * a : 0
  }
}

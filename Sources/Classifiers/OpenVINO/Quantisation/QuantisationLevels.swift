/// The values that 8-bit integers stand for: so many levels at equal distances.
struct QuantisationLevels {
  let lowest: Float
  let highest: Float

  /// Of activations: unsigned integers have this many.
  static let ofActivations = 256
  /// Of weights: signed integers without the lowest, so that they lie evenly around zero.
  static let ofWeights = 255
  /// A range that holds zero alone would have levels without a distance.
  private static let narrowest: Float = 1e-6
  /// Raised with everything that changes what a model is rounded to: compiled models are kept.
  static let version = 2

  /// Levels over a range and zero, which is one of them: padding, and whatever a network cuts off, is exactly zero.
  init(covering range: ClosedRange<Float>) {
    let (low, high) = (min(range.lowerBound, 0), max(range.upperBound, 0))
    let step = (high > low ? high - low : Self.narrowest) / Float(Self.ofActivations - 1)
    let zero = (-low / step).rounded()
    lowest = -zero * step
    highest = (Float(Self.ofActivations - 1) - zero) * step
  }

  /// Levels evenly around zero.
  init(ofMagnitude magnitude: Float) {
    highest = magnitude > 0 ? magnitude : Self.narrowest
    lowest = -highest
  }
}

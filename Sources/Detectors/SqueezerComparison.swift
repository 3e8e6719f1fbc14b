import Squeezers

/// A squeezer, and how the effect that it has on predictions is measured.
package struct SqueezerComparison: Sendable {
  package let squeezer: any Squeezer
  package let distance: Distance
  /// What the distance is divided by, so that different distances can be compared with each other.
  package let scale: Double

  package static let scaleRange = 1e-6...1e6

  /// - Precondition: `scale` lies in its range.
  package init(_ squeezer: any Squeezer, _ distance: Distance, scale: Double = 1) {
    precondition(Self.scaleRange.contains(scale))
    self.squeezer = squeezer
    self.distance = distance
    self.scale = scale
  }
}

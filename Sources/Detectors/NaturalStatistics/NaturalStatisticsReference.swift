import Common
import Pixels

extension SluiceError.Code {
  package static let invalidReference = SluiceError.Code("invalid-reference")
}

/// What clean images look like in numbers: the mean of their features, and how the features vary together.
///
/// Fitted on clean images alone. The clean images whose scores a threshold is taken from must be others: those that
/// the reference was fitted on lie nearer to it than any new image does.
package struct NaturalStatisticsReference: Sendable, Hashable {
  /// Fewer say nothing about how features vary together.
  package static let fewestImages = 30
  /// A feature that hardly varies among the clean images must not decide alone.
  static let smallestDeviation = 1e-3

  package let families: [FeatureFamily]
  package let channels: PixelChannels
  package let imageCount: Int
  let mean: [Double]
  let deviation: [Double]
  /// Of the features less their mean, over their deviation.
  let covariance: SymmetricMatrix
  private let factor: SymmetricMatrix

  /// - Parameters:
  ///   - vectors: for each clean image `NaturalStatistics.features(of:families:)`.
  ///   - families: the families that the vectors were computed with, in that order.
  ///   - channels: those of the images.
  /// - Throws: SluiceError when there are too few images, or they are all alike.
  /// - Complexity: O(images · features² + features³).
  package init(
    fitting vectors: [[Double]], families: [FeatureFamily] = FeatureFamily.defaults, channels: PixelChannels = .rgb
  ) throws(SluiceError) {
    guard vectors.count >= Self.fewestImages else {
      throw SluiceError(
        .invalidReference, "a reference needs at least \(Self.fewestImages) clean images, not \(vectors.count)",
        remedy: "fit it on more clean images; several hundred are good")
    }
    let count = families.reduce(0) { $0 + $1.names(channels).count }
    guard vectors.allSatisfy({ $0.count == count && $0.allSatisfy(\.isFinite) }) else {
      throw SluiceError(
        .invalidReference, "every image must have \(count) finite features",
        remedy: "compute them with the same families and from images with the same channels")
    }
    let mean = (0..<count).map { index in vectors.reduce(0) { $0 + $1[index] } / Double(vectors.count) }
    let deviation = (0..<count).map { index in
      let square = vectors.reduce(0) { $0 + ($1[index] - mean[index]) * ($1[index] - mean[index]) }
      return max(Self.smallestDeviation, (square / Double(vectors.count)).squareRoot())
    }
    let standardized = vectors.map { Self.standardized($0, mean: mean, deviation: deviation) }
    try self.init(
      families: families, channels: channels, imageCount: vectors.count, mean: mean, deviation: deviation,
      covariance: SymmetricMatrix(shrunkCovarianceOf: standardized))
  }

  /// - Throws: SluiceError when the covariance is not that of varying images.
  init(
    families: [FeatureFamily], channels: PixelChannels, imageCount: Int, mean: [Double], deviation: [Double],
    covariance: SymmetricMatrix
  ) throws(SluiceError) {
    guard let factor = covariance.choleskyFactor else {
      throw SluiceError(
        .invalidReference, "the clean images of the reference are all alike",
        remedy: "fit it on many different clean images")
    }
    self.families = families
    self.channels = channels
    self.imageCount = imageCount
    self.mean = mean
    self.deviation = deviation
    self.covariance = covariance
    self.factor = factor
  }

  /// What each feature says, in order.
  package var featureNames: [String] { families.flatMap { $0.names(channels) } }

  /// The features less the clean mean, over the clean standard deviation.
  func standardized(_ features: [Double]) -> [Double] {
    Self.standardized(features, mean: mean, deviation: deviation)
  }

  /// The Mahalanobis distance over the square root of the number of features: about 1 for a clean image.
  func distance(ofStandardized features: [Double]) -> Double {
    (factor.squaredDistance(features) / Double(features.count)).squareRoot()
  }

  private static func standardized(_ features: [Double], mean: [Double], deviation: [Double]) -> [Double] {
    features.indices.map { (features[$0] - mean[$0]) / deviation[$0] }
  }
}

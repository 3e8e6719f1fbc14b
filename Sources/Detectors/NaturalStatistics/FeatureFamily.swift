import Pixels

/// A group of numbers about an image that belong together.
package enum FeatureFamily: String, Sendable, Hashable, CaseIterable {
  /// How much fine detail there is, everywhere and where the image is flattest.
  case residuals
  /// How alike the fine detail of the channels, and of neighbouring pixels, is.
  case correlations
  /// How detail falls off from coarse to fine.
  case spectrum
  /// The distribution of locally normalised brightness (BRISQUE).
  case scene

  /// What did best against attacks on ImageNet photographs: `scene` sees blur and compression, and only dilutes the
  /// others where noise is looked for.
  package static let defaults: [FeatureFamily] = [.residuals, .correlations, .spectrum]

  /// Changes whenever a feature means something else than before, so that an old reference is refused.
  static let version = "natural-statistics-1"

  /// What each number says, in the order of `features(of:)`.
  package func names(_ channels: PixelChannels) -> [String] {
    switch self {
    case .residuals: residualFeatureNames(channels)
    case .correlations: correlationFeatureNames(channels)
    case .spectrum: spectrumFeatureNames(channels)
    case .scene: sceneFeatureNames
    }
  }

  /// Finite numbers for any image.
  ///
  /// - Complexity: O(pixels).
  package func features(of image: borrowing PixelImage) -> [Double] {
    switch self {
    case .residuals: residualFeatures(of: image)
    case .correlations: correlationFeatures(of: image)
    case .spectrum: spectrumFeatures(of: image)
    case .scene: sceneFeatures(of: image)
    }
  }
}

/// The signals that features are taken of: brightness, and in colour images the differences of neighbouring channels.
func featurePlanes(of image: borrowing PixelImage) -> [SignalPlane] {
  let brightness = SignalPlane(brightnessOf: image)
  guard image.channels == .rgb else { return [brightness] }
  return [
    brightness, SignalPlane(channel: 0, less: 1, of: image), SignalPlane(channel: 1, less: 2, of: image),
  ]
}

func featurePlaneNames(_ channels: PixelChannels) -> [String] {
  channels == .gray ? ["brightness"] : ["brightness", "red minus green", "green minus blue"]
}

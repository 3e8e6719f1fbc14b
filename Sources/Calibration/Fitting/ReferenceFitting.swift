import Common
import Detectors
import FilterPipeline
import Preprocessing

/// Collects what clean images look like to a filter, for `naturalStatistics`.
package struct ReferenceFitting {
  private let preparation: ImagePreparation
  private let families: [FeatureFamily]
  private var vectors: [[Double]] = []

  package init(_ definition: FilterDefinition, families: [FeatureFamily] = FeatureFamily.defaults) {
    preparation = ImagePreparation(definition)
    self.families = families
  }

  package var imageCount: Int { vectors.count }

  /// Adds a clean image.
  ///
  /// - Throws: what reading or decoding it throws; the fitting goes on without it.
  /// - Complexity: O(pixels); memory a few hundred bytes an image.
  package mutating func add(_ input: EncodedInput) throws(SluiceError) {
    vectors.append(NaturalStatistics.features(of: try preparation.image(of: input), families: families))
  }

  /// The reference of all images added.
  ///
  /// - Throws: `invalid-reference` for too few images, or images that are all alike.
  package func reference() throws(SluiceError) -> NaturalStatisticsReference {
    try NaturalStatisticsReference(fitting: vectors, families: families, channels: preparation.preprocessor.channels)
  }
}

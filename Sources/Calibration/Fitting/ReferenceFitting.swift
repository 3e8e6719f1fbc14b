import Common
import Detectors
import FilterPipeline
import ImageCodecs
import Preprocessing

/// Collects what clean images look like to a filter, for `naturalStatistics`.
package struct ReferenceFitting {
  private let decoder: ImageDecoder
  private let preprocessor: Preprocessor
  private let families: [FeatureFamily]
  private var vectors: [[Double]] = []

  package init(_ definition: FilterDefinition, families: [FeatureFamily] = FeatureFamily.defaults) {
    decoder = ImageDecoder(limits: definition.limits)
    preprocessor = definition.preprocessor
    self.families = families
  }

  package var imageCount: Int { vectors.count }

  /// Adds a clean image.
  ///
  /// - Throws: what reading or decoding it throws; the fitting goes on without it.
  /// - Complexity: O(pixels); memory a few hundred bytes an image.
  package mutating func add(_ input: EncodedInput) throws(SluiceError) {
    switch input.problem {
    case .unreadable(let error), .rejected(let error): throw error
    case nil: break
    }
    let decoded = try decoder.decode(input.bytes.span, neededRegion: preprocessor.neededRegion)
    vectors.append(NaturalStatistics.features(of: preprocessor.apply(to: decoded.takePixels()), families: families))
  }

  /// The reference of all images added.
  ///
  /// - Throws: `invalid-reference` for too few images, or images that are all alike.
  package func reference() throws(SluiceError) -> NaturalStatisticsReference {
    try NaturalStatisticsReference(fitting: vectors, families: families, channels: preprocessor.channels)
  }
}

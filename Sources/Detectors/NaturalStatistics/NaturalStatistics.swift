import Common
import Pixels
import Squeezers

/// How far the statistics of an image lie from those of clean images: the Mahalanobis distance of its features from a
/// reference, over the square root of their number; about 1 for a clean image.
///
/// The features say how much fine detail there is, how alike it is in the channels and in neighbouring pixels, and how
/// detail falls off with frequency; if wanted, the distribution of locally normalised brightness (BRISQUE). It is
/// fitted without any attack, and therefore sees whatever is unlike clean images (patches, stripes, strong noise,
/// attacks saved again as a JPEG), and none of the small perturbations that lie within what clean images vary by. Clean
/// images from elsewhere are unlike the reference too: fit it on images of the kind that will be judged.
package struct NaturalStatistics: ImageDetector {
  package static let kind = DetectorKind(
    .naturalStatistics, "distance of noise, correlation and spectrum statistics from those of clean images",
    source: "features after Mittal, Moorthy, Bovik 2012 and Fridrich, Kodovský 2012", needs: .referenceFile,
    entries: [referenceEntry]
  ) { (arguments) throws(SluiceError) in
    let channels = arguments.channels
    let reference = try arguments.contents(referenceEntry, maxBytes: NaturalStatisticsReference.maxBytes) {
      (bytes) throws(SluiceError) in try NaturalStatisticsReference(json: bytes, of: channels)
    }
    return NaturalStatistics(reference: reference)
  }
  private static let referenceEntry = DetectorKind.Entry("reference", "the file that `sluice reference` wrote")

  /// How many features the sentence names, and from how many standard deviations.
  private static let named = 3
  private static let noteworthy = 2.0

  package let reference: NaturalStatisticsReference

  package init(reference: NaturalStatisticsReference) {
    self.reference = reference
  }

  /// What a reference is fitted on.
  ///
  /// - Complexity: O(pixels).
  package static func features(
    of image: borrowing PixelImage, families: [FeatureFamily] = FeatureFamily.defaults
  ) -> [Double] {
    var features: [Double] = []
    for family in families { features += family.features(of: image) }
    return features
  }

  /// - Complexity: O(pixels + features²).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    guard image.channels == reference.channels else {
      let wanted = reference.channels == .gray ? "gray" : "colour"
      return DetectorScore(nil, "the reference is of \(wanted) images")
    }
    let features = reference.standardized(Self.features(of: image, families: reference.families))
    let strongest = zip(reference.featureNames, features)
      .sorted { abs($0.1) == abs($1.1) ? $0.0 < $1.0 : abs($0.1) > abs($1.1) }.prefix(Self.named)
    var score = DetectorScore(reference.distance(ofStandardized: features), Self.sentence(about: strongest))
    score.measurements = strongest.map { .init($0.0, $0.1) }
    return score
  }

  private static func sentence(about strongest: ArraySlice<(String, Double)>) -> String {
    let unusual = strongest.filter { abs($0.1) >= noteworthy }.map { name, deviations in
      "\(name) is \(deviations > 0 ? "higher" : "lower") than in clean images"
    }
    return unusual.isEmpty ? "no single statistic is unlike clean images" : unusual.joined(separator: "; ")
  }
}

import Common
import Pixels
import Squeezers

/// Noise in colour differences: the mean of |5×5 high-pass residual| of R − G and of B − G, in sample values, over the
/// flattest tenth of the image's 8×8 blocks or over the whole image; the smaller of the two differences' means, or that
/// of R − G alone. It is 0 on a constant image, and at most 2040.
///
/// Relative to brightness it is that detail as a share of the brightness's own in the same place, with 6 levels added so that
/// flat blocks do not decide alone: each block's mean |residual| by that of brightness plus 6, or the whole image's. What
/// sharpens a photograph raises both alike and leaves their ratio; noise with a sign of its own in each channel does not.
/// It is 0 on a constant image, and at most 340.
///
/// In a photograph, demosaicing and chroma compression leave little fine detail in colour differences, most of all where
/// the picture is flat. A perturbation with a sign of its own in each channel puts it back, so this sees one-step sign
/// noise (FGSM), which comparing predictions misses. Such noise is in both differences, while saturated colour detail of
/// a photograph is usually in one of them: hence the smaller. The flattest blocks are those with the smallest residual
/// themselves, for each difference by itself.
///
/// It is blind to what has passed a JPEG after the attack, to small perturbations (BIM 1/255, DeepFool, Carlini-Wagner),
/// and to perturbations that green shares with red, or, with both differences, with blue. Clean scores depend on where an
/// image comes from: large photographs scaled down have more chroma detail than web images, and sharpened ones more again,
/// unless it is taken relative to brightness. An attacker who knows it can avoid it. Gray images: no statement.
package struct ChromaResidual: ImageDetector {
  /// Where the residual is averaged.
  package enum Region: String, Sendable, Hashable, CaseIterable {
    /// The tenth of the blocks with the least residual: noise that covers everything.
    case flattest
    /// All pixels: noise, and patches as well.
    case whole
  }

  /// What the residual is taken of.
  package enum Differences: String, Sendable, Hashable, CaseIterable {
    /// Red minus green and blue minus green; the smaller mean counts.
    case both
    /// Red minus green alone.
    case redGreen
  }

  /// What the residual is measured by.
  package enum Reference: String, Sendable, Hashable, CaseIterable {
    /// Sample values.
    case nothing
    /// The residual of brightness in the same place.
    case brightness
  }

  package static let kind = DetectorKind(
    .chromaResidual, "mean fine detail of colour differences, in the flattest tenth of the image or in all of it",
    source: "residual of Fridrich and Kodovský 2012",
    parameters: [regionParameter, differencesParameter, referenceParameter]
  ) { arguments in
    ChromaResidual(
      region: arguments.values.choice(regionParameter, as: Region.self),
      differences: arguments.values.choice(differencesParameter, as: Differences.self),
      relativeTo: arguments.values.choice(referenceParameter, as: Reference.self))
  }
  private static let regionParameter = Parameter.choice(
    "region", default: Region.flattest,
    "where the detail is averaged: flattest for noise over the whole image, whole for patches too")
  private static let differencesParameter = Parameter.choice(
    "differences", default: Differences.both,
    "what the detail is looked for in: both for the smaller of red and blue minus green, redGreen for the first alone")
  private static let referenceParameter = Parameter.choice(
    "relativeTo", default: Reference.nothing,
    "what the detail is a share of: brightness for its own detail, which a sharpened photograph has more of as well")

  /// Small enough to fit between details of a 224×224 image, large enough for a mean of noise.
  static let blockSide = 8
  /// A quarter, a half and a twentieth were tried; a tenth keeps most at low false positive rates.
  static let flattestShare = 0.1
  /// What is added to the detail of brightness, in sample values. From half a level to twelve were tried: with less, weak noise
  /// in flat blocks of a calm picture hides behind that of brightness; with more, sharpened photographs stand out again.
  static let addedToBrightness = 6.0

  package let region: Region
  package let differences: Differences
  package let reference: Reference

  package init(region: Region = .flattest, differences: Differences = .both, relativeTo reference: Reference = .nothing)
  {
    self.region = region
    self.differences = differences
    self.reference = reference
  }

  /// - Complexity: O(pixels).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    guard image.channels == .rgb else { return DetectorScore(nil, "a gray image has no chroma") }
    var (flattest, whole) = amounts(of: .redLessGreen, in: image, shared)
    if differences == .both {
      let blue = amounts(of: .blueLessGreen, in: image, shared)
      (flattest, whole) = (min(flattest, blue.flattest), min(whole, blue.whole))
    }
    var score =
      switch region {
      case .flattest: DetectorScore(flattest, "fine detail of \(subject) where the image is flattest")
      case .whole: DetectorScore(whole, "fine detail of \(subject) over the whole image")
      }
    score.measurements = [.init("flattest", flattest), .init("whole", whole)]
    return score
  }

  /// How much fine detail there is in a colour difference, by the reference.
  private func amounts(
    of signal: SharedPlanes.Signal, in image: borrowing PixelImage, _ shared: SharedPlanes
  ) -> (flattest: Double, whole: Double) {
    switch reference {
    case .nothing:
      let detail = shared.detail(signal, of: image)
      return (detail.flattest, detail.whole)
    case .brightness: return shared.detailRelativeToBrightness(signal, of: image)
    }
  }

  private var subject: String {
    let differences =
      switch differences {
      case .both: "both colour differences"
      case .redGreen: "red minus green"
      }
    return reference == .brightness ? "\(differences), relative to that of brightness," : differences
  }
}

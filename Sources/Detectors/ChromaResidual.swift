import Common
import Pixels
import Squeezers

/// Noise in colour differences: the mean of |5×5 high-pass residual| of R − G and of B − G, in sample values, over the
/// flattest tenth of the image's 8×8 blocks or over the whole image; the smaller of the two differences' means, or that
/// of R − G alone. It is 0 on a constant image, and at most 2040.
///
/// In a photograph, demosaicing and chroma compression leave little fine detail in colour differences, most of all where
/// the picture is flat. A perturbation with a sign of its own in each channel puts it back, so this sees one-step sign
/// noise (FGSM), which comparing predictions misses. Such noise is in both differences, while saturated colour detail of
/// a photograph is usually in one of them: hence the smaller. The flattest blocks are those with the smallest residual
/// themselves, for each difference by itself.
///
/// It is blind to what has passed a JPEG after the attack, to small perturbations (BIM 1/255, DeepFool, Carlini-Wagner),
/// and to perturbations that green shares with red, or, with both differences, with blue. Clean scores depend on where an
/// image comes from: large photographs scaled down have more chroma detail than web images. An attacker who knows it can
/// avoid it. Gray images: no statement.
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

  package static let kind = DetectorKind(
    .chromaResidual, "mean fine detail of colour differences, in the flattest tenth of the image or in all of it",
    source: "residual of Fridrich and Kodovský 2012", parameters: [regionParameter, differencesParameter]
  ) { arguments in
    ChromaResidual(
      region: Region(rawValue: arguments.values.choice(regionParameter)) ?? .flattest,
      differences: Differences(rawValue: arguments.values.choice(differencesParameter)) ?? .both)
  }
  private static let regionParameter = Parameter.choice(
    "region", Region.allCases.map(\.rawValue), default: Region.flattest.rawValue,
    "where the detail is averaged: flattest for noise over the whole image, whole for patches too")
  private static let differencesParameter = Parameter.choice(
    "differences", Differences.allCases.map(\.rawValue), default: Differences.both.rawValue,
    "what the detail is looked for in: both for the smaller of red and blue minus green, redGreen for the first alone")

  /// Small enough to fit between details of a 224×224 image, large enough for a mean of noise.
  static let blockSide = 8
  /// A quarter, a half and a twentieth were tried; a tenth keeps most at low false positive rates.
  static let flattestShare = 0.1

  package let region: Region
  package let differences: Differences

  package init(region: Region = .flattest, differences: Differences = .both) {
    self.region = region
    self.differences = differences
  }

  /// - Complexity: O(pixels).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    guard image.channels == .rgb else { return DetectorScore(nil, "a gray image has no chroma") }
    let red = shared.detail(.redLessGreen, of: image)
    var (flattest, whole) = (red.flattest, red.whole)
    if differences == .both {
      let blue = shared.detail(.blueLessGreen, of: image)
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

  private var subject: String {
    switch differences {
    case .both: "both colour differences"
    case .redGreen: "red minus green"
    }
  }
}

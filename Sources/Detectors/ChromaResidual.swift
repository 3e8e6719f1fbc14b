import Pixels
import Squeezers

/// Noise in the difference of red and green: the mean of |5×5 high-pass residual of R − G|, in sample values, over the
/// flattest tenth of the image's 8×8 blocks or over the whole image.
///
/// In a photograph, demosaicing and chroma compression leave little fine detail in R − G, most of all where the picture
/// is flat. A perturbation with a sign of its own in each channel puts it back, so this sees one-step sign noise (FGSM),
/// which comparing predictions misses. The flattest blocks are those with the smallest residual themselves.
///
/// It is blind to what has passed a JPEG after the attack, to small perturbations (BIM 1/255, DeepFool, Carlini-Wagner),
/// and to perturbations of brightness alone. Clean scores depend on where an image comes from: large photographs scaled
/// down have more chroma detail than web images. An attacker who knows it can avoid it. Gray images: no statement.
package struct ChromaResidual: ImageDetector {
  /// Where the residual is averaged.
  package enum Region: String, Sendable, Hashable, CaseIterable {
    /// The tenth of the blocks with the least residual: noise that covers everything.
    case flattest
    /// All pixels: noise, and patches as well.
    case whole
  }

  package static let kind = DetectorKind(
    "chromaResidual", "mean fine detail of red minus green, in the flattest tenth of the image or in all of it",
    source: "residual of Fridrich and Kodovský 2012", parameters: [regionParameter]
  ) { values in
    ChromaResidual(region: Region(rawValue: values.choice(regionParameter)) ?? .flattest)
  }
  private static let regionParameter = Parameter.choice(
    "region", Region.allCases.map(\.rawValue), standard: Region.flattest.rawValue,
    "where the detail is averaged: flattest for noise over the whole image, whole for patches too")

  /// Small enough to fit between details of a 224×224 image, large enough for a mean of noise.
  static let blockSide = 8
  /// A quarter, a half and a twentieth were tried; a tenth keeps most at low false positive rates.
  static let flattestShare = 0.1

  package let region: Region

  package init(region: Region = .flattest) {
    self.region = region
  }

  /// - Complexity: O(pixels).
  package func score(_ image: borrowing PixelImage) -> DetectorScore {
    guard image.channels == .rgb else { return DetectorScore(nil, "a gray image has no chroma") }
    let residual = SignalPlane(channel: 0, less: 1, of: image).highPassResidual()
    let means = residual.blockMeans(side: Self.blockSide)
    let flattest = means.meanOfSmallest(Self.flattestShare) / SignalPlane.residualScale
    let whole = residual.blockMeans(side: max(image.size.width, image.size.height)).mean / SignalPlane.residualScale
    var score =
      switch region {
      case .flattest: DetectorScore(flattest, "fine detail of red minus green where the image is flattest")
      case .whole: DetectorScore(whole, "fine detail of red minus green over the whole image")
      }
    score.measurements = [.init("flattest", flattest), .init("whole", whole)]
    return score
  }
}

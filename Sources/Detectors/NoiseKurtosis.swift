import Common
import Pixels
import Squeezers

/// Whether there is noise of one amplitude: 3 less the kurtosis of the image's noise, where that is smallest.
///
///     r = z − mean of its four neighbours,   k = mean r⁴ / (mean r²)²   over a block of 11×11 pixels,   9 where mean r² ≤ 1
///     score = 3 − the value that a tenth of the blocks stay below
///
/// z is green, R − G and B − G, of which the largest score counts, or brightness of a gray image. Lengths are in sample values. It is
/// −6 on a constant image and on what has no noise beyond rounding, near 0 for normal noise of any strength, and at most 2.
///
/// One-step attacks move every sample up or down by the same amount, which has a kurtosis near 1. Noise of cameras and films is
/// nearly normal (3), and detail has long tails (above 3), at any strength and however it was sharpened. A tenth of the picture
/// suffices, so that a part left untouched hides nothing; and one channel, or one sign for all, suffices, because the largest score
/// counts.
///
/// It is blind to noise whose amplitude varies (many steps in L2, Carlini-Wagner), to what has passed a JPEG or a scaling after the
/// attack, and to smooth perturbations. An attacker who knows it draws his amplitudes.
package struct NoiseKurtosis: ImageDetector {
  package static let kind = DetectorKind(
    .noiseKurtosis,
    "3 less the kurtosis of the noise where it is smallest: 0 for normal noise, above 1 for noise of one amplitude",
    source: "kurtosis of noise: Zoran, Weiss 2009"
  ) { _ in NoiseKurtosis() }

  /// Large enough for a fourth moment, small enough to fit between details. From 8 to 22 were tried.
  static let blockSide = 11
  /// A twentieth and a fifth were tried.
  static let share = 0.1
  private static let normal = 3.0

  package init() {}

  /// - Complexity: O(pixels).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    let planes: [(plane: SignalPlane, name: String)] =
      switch image.channels {
      case .gray: [(shared.plane(.brightness, of: image), "brightness")]
      case .rgb:
        [
          (shared.plane(.green, of: image), "green"), (shared.plane(.redLessGreen, of: image), "red minus green"),
          (shared.plane(.blueLessGreen, of: image), "blue minus green"),
        ]
      }
    let found = planes.map { (kurtosis: Self.smallKurtosis($0.plane), name: $0.name) }
    guard let least = found.min(by: { $0.kurtosis < $1.kurtosis }) else {
      preconditionFailure("every image has a plane")
    }
    var score = DetectorScore(
      Self.normal - least.kurtosis, "how even the amplitude of the noise of \(least.name) is where it is most so")
    score.measurements = found.map { .init("kurtosis of \($0.name)", $0.kurtosis) }
    return score
  }

  private static func smallKurtosis(_ plane: SignalPlane) -> Double {
    let blocks = plane.blockKurtosis(side: blockSide).sorted()
    return blocks[Int(Double(blocks.count) * share)]
  }
}

import Common
import Pixels
import Squeezers

/// A square in which fine detail is much denser than elsewhere, as in an adversarial patch: the largest ratio, over
/// square windows, of the mean of |5×5 high-pass residual of brightness| inside to that outside.
///
///     inside / (outside + 2)
///
/// An optimised patch is full of high frequencies (Naseer, Khan, Porikli, Local Gradients Smoothing, WACV 2019). The
/// added constant, in sample values, keeps a small mark on an empty page from scoring without bound. The region of the
/// score is the best window. The entropy of brightness in and outside it is measured alongside, for people.
///
/// A detailed thing on a smooth background (text, foliage, a grille) scores high too, and a smooth patch passes.
package struct PatchEvidence: ImageDetector {
  package static let sizeRange = 0.05...0.5

  package static let kind = DetectorKind(
    .patchEvidence, "how much denser fine detail is in the most detailed square than in the rest",
    source: "after Naseer et al. 2019", parameters: [smallestParameter, largestParameter]
  ) { arguments in
    let (one, other) = (arguments.values.number(smallestParameter), arguments.values.number(largestParameter))
    return PatchEvidence(sizes: min(one, other)...max(one, other))
  }
  private static let smallestParameter = Parameter.number(
    "smallest", sizeRange, default: 0.15, "side of the smallest window as a part of the image's shorter side")
  private static let largestParameter = Parameter.number(
    "largest", sizeRange, default: 0.25, "side of the largest window as a part of the image's shorter side")

  /// Below this a window has too few pixels to compare.
  static let smallestSide = 8
  private static let floor = 2.0
  private static let windowCount = 3

  /// Smallest and largest side of the windows, as parts of the shorter side.
  package let sizes: ClosedRange<Double>

  /// - Precondition: both sizes lie in `sizeRange`.
  package init(sizes: ClosedRange<Double> = 0.15...0.25) {
    precondition(Self.sizeRange.contains(sizes.lowerBound) && Self.sizeRange.contains(sizes.upperBound))
    self.sizes = sizes
  }

  /// - Complexity: O(pixels · windows).
  package func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore {
    let shorter = min(image.size.width, image.size.height)
    guard shorter >= Self.smallestSide else { return DetectorScore(nil, "too small to hold a patch") }
    let brightness = shared.plane(.brightness, of: image)
    let windows = windowSides(shorter: shorter).map { PixelSize(width: $0, height: $0) }
    let best =
      windows.allSatisfy(IntegralImage<Int32>.holds)
      ? best(of: windows, in: IntegralImage<Int32>(highPassOf: brightness))
      : best(of: windows, in: IntegralImage<Int>(highPassOf: brightness))
    var score = DetectorScore(best.value, Self.sentence(about: best.region))
    score.region = best.region
    let entropy = brightness.entropy(inside: best.region)
    score.measurements = [.init("entropyInside", entropy.inside), .init("entropyOutside", entropy.outside)]
    return score
  }

  private func best<Sum>(
    of windows: [PixelSize], in detail: IntegralImage<Sum>
  ) -> (value: Double, region: PixelRegion) {
    var best = (value: -1.0, region: PixelRegion(x: 0, y: 0, size: detail.size))
    for window in windows {
      let (region, sum) = detail.densest(window)
      let value = density(sum, of: detail.total, in: region, detail.size)
      if value > best.value { best = (value, region) }
    }
    return best
  }

  /// From smallest to largest in equal ratios, without repetition.
  private func windowSides(shorter: Int) -> [Int] {
    let ratio = (sizes.upperBound / sizes.lowerBound).squareRoot()
    var sides: [Int] = []
    var part = sizes.lowerBound
    for _ in 0..<Self.windowCount {
      let side = max(2, Int((part * Double(shorter)).rounded()))
      if sides.last != side { sides.append(side) }
      part *= ratio
    }
    return sides
  }

  private func density(_ sum: Int, of total: Int, in region: PixelRegion, _ size: PixelSize) -> Double {
    let inside = Double(sum) / Double(region.size.area) / SignalPlane.residualScale
    let outside = Double(total - sum) / Double(size.area - region.size.area) / SignalPlane.residualScale
    return inside / (outside + Self.floor)
  }

  private static func sentence(about region: PixelRegion) -> String {
    "detail is densest in a square of \(region.size) pixels at column \(region.x), row \(region.y)"
  }
}

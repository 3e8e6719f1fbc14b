import Common
import Pixels
import Squeezers

/// Sees image-scaling attacks: pictures that become another picture when a scaler without antialiasing reduces them
/// (Xiao et al. 2019; Quiring et al. 2020).
///
/// What the measures see, with thresholds at 1 % FPR over 125 photographs at ratios 2.5, 4, 7.3 and 8 together (48 levels
/// for `localExcess`), of attacks that 40 other photographs carry: the range over nearest neighbours, bilinear and bicubic
/// interpolation, each at ratios 2.5, 4 and 7.3.
///
///     measure               whole picture replaced     a sixteenth of it
///     localExcess                  1.00                    0.95…1.00
///     samplingExcess               1.00                    0.35…0.57
///     peakDistance                 1.00                    0.38…0.95
///     peakSpectrum              0.97…1.00                  0.33…1.00
///     samplingDifference        0.97…1.00                  0.00
///     downUpError               0.97…1.00                  0.00
///     filterDissimilarity       0.00…0.95                  0.00
///     filterError               0.00…0.97                  0.00
///     downUpDissimilarity       0.03…0.35                  0.00
///
/// Saving the attack as a JPEG of quality 90 changes none of these by more than 0.05. On 125 further clean photographs
/// the threshold of `localExcess` is passed by 0.022 of the scores rather than 0.01; its largest clean score is 65 levels,
/// the smallest of a wholly replaced picture 91. Clean pictures enlarged fourfold and reduced again alarm `peakSpectrum`
/// (after Lanczos 0.73, after bicubic 0.10) and `peakDistance` (after box 0.36), and hardly any other.
///
/// It looks at luma alone, and at unfiltered scalers alone: an attacker who spreads the change over pixels that are not
/// read, or moves chroma only, passes. Antialiased scaling, which this project does, is the defence (Quiring et al. 2020);
/// this detector says that somebody tried.
package struct ScalingAttack: SourceDetector {
  package static let kind = DetectorKind(
    .scalingAttack, "signs of an image-scaling attack in the picture before it is scaled",
    source: "Kim et al. 2021; Quiring et al. 2020; ACSAC 2023", parameters: [measureParameter]
  ) { arguments in
    ScalingAttack(measure: arguments.values.choice(measureParameter, as: ScalingMeasure.self))
  }
  private static let measureParameter = Parameter.choice(
    "measure", default: ScalingMeasure.localExcess, "what is the score")

  /// Below this ratio along both axes a scaler reads so much of the picture that an attack cannot be told from detail.
  static let smallestRatio = 1.5

  /// Whether a side is reduced enough for an attack along it to be looked for.
  static func isReduced(from source: Int, to target: Int) -> Bool {
    Double(source) >= smallestRatio * Double(target)
  }

  package let measure: ScalingMeasure

  package init(measure: ScalingMeasure = .localExcess) {
    self.measure = measure
  }

  /// - Complexity: O(source area) for every measure; those with a structural similarity take up to thirty times as long
  ///   as the others. Beyond the source: a byte a pixel for luma, some planes of the target's area, and at most 32 MB for
  ///   the spectrum.
  package func score(_ source: borrowing PixelImage, scaledTo size: PixelSize) -> DetectorScore {
    // A side that grows is not at risk, and would only cost memory.
    let target = PixelSize(
      width: min(size.width, source.size.width), height: min(size.height, source.size.height))
    guard
      Self.isReduced(from: source.size.width, to: target.width)
        || Self.isReduced(from: source.size.height, to: target.height)
    else {
      return DetectorScore(nil, "scaled by less than \(Self.smallestRatio), where a scaling attack is not looked for")
    }
    if source.channels == .gray { return score(luma: source, target) }
    let luma = source.converted(to: .gray)
    return score(luma: luma, target)
  }

  private func score(luma: borrowing PixelImage, _ target: PixelSize) -> DetectorScore {
    let excesses = SamplingExcess.all(of: luma, scaledTo: target)
    guard let value = measure.value(for: luma, scaledTo: target, excesses: excesses) else {
      return DetectorScore(nil, "scaled by too little for a scaling attack to show in the spectrum")
    }
    var score = DetectorScore(value, Self.sentence(about: excesses))
    let cheap: [ScalingMeasure] = [.samplingExcess, .localExcess, .samplingDifference]
    score.measurements = cheap.compactMap { other in
      other.value(for: luma, scaledTo: target, excesses: excesses).map { .init(other.rawValue, $0) }
    }
    if !cheap.contains(measure) { score.measurements.insert(.init(measure.rawValue, value), at: 0) }
    if measure == .localExcess { score.region = Self.region(excesses, luma.size, target) }
    return score
  }

  private static func sentence(about excesses: [SamplingExcess]) -> String {
    guard let worst = excesses.max(by: { $0.excess < $1.excess }) else { return "" }
    let difference = share(worst.difference)
    // More than half of what differs is at the pixels that the scaler reads, and nowhere else.
    if worst.excess * worst.excess * 2 > worst.difference * worst.difference {
      return "scaled down by \(worst.scaler.name), the picture would be another one (difference \(difference))"
    }
    let part = share(excesses.map(\.localExcess).max() ?? 0)
    return "scaled down by \(worst.scaler.name), the picture would stay about the same"
      + " (difference \(difference), in one part \(part))"
  }

  /// Levels as a share of the highest, to two places.
  private static func share(_ levels: Double) -> Double { (levels / 255 * 100).rounded() / 100 }

  private static func region(
    _ excesses: [SamplingExcess], _ source: PixelSize, _ target: PixelSize
  ) -> PixelRegion? {
    guard let worst = excesses.max(by: { $0.localExcess < $1.localExcess }), worst.localExcess > 0 else { return nil }
    let side = 2 * WindowMeans.side
    let left = worst.window.x * source.width / target.width
    let top = worst.window.y * source.height / target.height
    let right = min(target.width, worst.window.x + side) * source.width / target.width
    let bottom = min(target.height, worst.window.y + side) * source.height / target.height
    return PixelRegion(x: left, y: top, size: PixelSize(width: right - left, height: bottom - top))
  }
}

import Pixels

/// What can be computed about a picture that may carry an image-scaling attack; each is higher for more suspicious.
package enum ScalingMeasure: String, Sendable, Hashable, CaseIterable {
  /// √(D − D′) of the worst unfiltered scaler over the whole picture, 0…255; see `SamplingExcess`.
  case samplingExcess
  /// The same for the worst part of 8 × 8 result pixels, 0…255: sees attacks on a part of the picture.
  case localExcess
  /// √D of the worst unfiltered scaler, 0…255: root mean square of what it makes of the picture less the antialiased one.
  case samplingDifference
  /// Share of frequencies below the mean power at the predicted peaks, 0…1 (ACSAC 2023).
  case peakSpectrum
  /// 1 − mean distance from predicted peaks to the strongest frequencies around them, 0…1 (ACSAC 2023).
  case peakDistance
  /// Mean squared error of the picture scaled down by the worst unfiltered scaler and up again (Kim et al. 2021).
  case downUpError
  /// 1 − structural similarity of the same, 0…2; takes about 30 times as long as `localExcess`.
  case downUpDissimilarity
  /// Mean squared error of the 3 × 3 minimum or maximum filter, the larger one (Kim et al. 2021).
  case filterError
  /// 1 − structural similarity of the same, 0…2; takes about 30 times as long as `localExcess`.
  case filterDissimilarity
}

extension ScalingMeasure {
  /// - Parameters:
  ///   - excesses: what every unfiltered scaler reads.
  ///   - target: the size after scaling, its sides not longer than the picture's.
  /// - Returns: `nil` where the measure has nothing to go by.
  package func value(
    for luma: borrowing PixelImage, scaledTo target: PixelSize, excesses: [SamplingExcess]
  ) -> Double? {
    switch self {
    case .samplingExcess: excesses.map(\.excess).max()
    case .localExcess: excesses.map(\.localExcess).max()
    case .samplingDifference: excesses.map(\.difference).max()
    case .peakSpectrum: SpectrumPeaks(of: luma, scaledTo: target)?.spectrum
    case .peakDistance: SpectrumPeaks(of: luma, scaledTo: target)?.distance
    case .downUpError: Self.downUp(luma, target) { Similarity.meanSquaredError(of: $0, and: $1) }
    case .downUpDissimilarity: Self.downUp(luma, target) { 1 - Similarity.structural(of: $0, and: $1) }
    case .filterError: Self.filter(luma) { Similarity.meanSquaredError(of: $0, and: $1) }
    case .filterDissimilarity: Self.filter(luma) { 1 - Similarity.structural(of: $0, and: $1) }
    }
  }

  private static func downUp(
    _ luma: borrowing PixelImage, _ target: PixelSize, _ suspicion: (borrowing PixelImage, EnlargedRows) -> Double
  ) -> Double {
    var worst = 0.0
    for scaler in UnfilteredScaler.allCases {
      worst = max(worst, suspicion(luma, EnlargedRows(luma, reducedBy: scaler, to: target)))
    }
    return worst
  }

  private static func filter(
    _ luma: borrowing PixelImage, _ suspicion: (borrowing PixelImage, ExtremeRows) -> Double
  ) -> Double {
    max(suspicion(luma, ExtremeRows(isMaximum: false)), suspicion(luma, ExtremeRows(isMaximum: true)))
  }
}

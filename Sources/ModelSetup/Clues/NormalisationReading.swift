import Pixels
import Preprocessing

extension Normalisation {
  /// The ranges that a filter file permits.
  private static let meanRange: ClosedRange<Double> = -10...10
  private static let deviationRange: ClosedRange<Double> = 1e-3...10

  /// A normalisation of values in [0, 1] from one of samples that were scaled first: `(v · factor − offset − mean) / std`.
  ///
  /// - Parameters:
  ///   - mean: one or three numbers, or none for zero.
  ///   - deviation: likewise, for one.
  ///   - factor: what samples in 0…255 were multiplied by; 1/255 brings them to [0, 1].
  ///   - offset: what was taken from them afterwards.
  /// - Returns: `nil` for numbers that do not fit together or that no model has.
  init?(mean: [Double], deviation: [Double], factor: Double = 1.0 / 255, offset: Double = 0) {
    let count = max(1, mean.count, deviation.count)
    guard count == 1 || count == 3, factor.isFinite, factor > 0, offset.isFinite else { return nil }
    guard let mean = Self.spread(mean, count, standard: 0), let deviation = Self.spread(deviation, count, standard: 1)
    else { return nil }
    let unit = 255 * factor
    let (means, deviations) = (mean.map { ($0 + offset) / unit }, deviation.map { $0 / unit })
    guard means.allSatisfy(Self.meanRange.contains), deviations.allSatisfy(Self.deviationRange.contains) else {
      return nil
    }
    self.init(mean: means.map(Self.rounded), standardDeviation: deviations.map(Self.rounded))
  }

  /// A normalisation whose numbers are of values in [0, 1] or of samples in 0…255: those above one and a half are of samples.
  ///
  /// - Returns: `nil` for numbers that do not fit together or that no model has.
  init?(meanOfEitherRange mean: [Double], deviation: [Double]) {
    let isOfSamples = (mean + deviation).contains { abs($0) > 1.5 }
    self.init(mean: mean, deviation: deviation, factor: isOfSamples ? 1 : 1.0 / 255)
  }

  private static func spread(_ values: [Double], _ count: Int, standard: Double) -> [Double]? {
    switch values.count {
    case 0: [Double](repeating: standard, count: count)
    case count: values
    case 1: [Double](repeating: values[0], count: count)
    default: nil
    }
  }

  /// As many digits as a person writes.
  private static func rounded(_ value: Double) -> Float { Float((value * 1e6).rounded() / 1e6) }

  /// With the entries of red and blue exchanged.
  var reversed: Normalisation {
    Normalisation(mean: mean.reversed(), standardDeviation: standardDeviation.reversed())
  }

  /// The same for three channels, or the mean of three for one; `nil` where that says nothing.
  package func fitted(to channels: PixelChannels) -> Normalisation? {
    if mean.count == channels.rawValue { return self }
    guard channels == .rgb else {
      return Set(mean).count == 1 && Set(standardDeviation).count == 1
        ? Normalisation(mean: [mean[0]], standardDeviation: [standardDeviation[0]]) : nil
    }
    return Normalisation(
      mean: [Float](repeating: mean[0], count: 3), standardDeviation: [Float](repeating: standardDeviation[0], count: 3)
    )
  }
}

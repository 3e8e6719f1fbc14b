import Classifiers
import Common

extension CalibrationSet {
  /// From this share of clean images on, those that a model answered for do not stand for all.
  private static let biasedShare = 0.1

  /// Why nothing may be concluded from the scores: a model failed on a tenth of the clean images or more, which are hardly like
  /// the others; `nil` where they are a fair sample.
  package var bias: SluiceError? {
    let failures = failures
    guard let first = failures.first, Double(failures.count) >= Self.biasedShare * Double(failures.asked) else {
      return nil
    }
    return SluiceError(
      .classifierFailed,
      "a model failed on \(failures.count) of \(failures.asked) clean images, and a calibration on the others would not hold for all",
      remedy: first.remedy ?? "see above what it says, and check `scores`, `normalize` and `tensor` in the filter file")
  }
}

import Pixels

extension SluiceError.Code {
  package static let invalidCalibration = SluiceError.Code("invalid-calibration")
  package static let calibrationMismatch = SluiceError.Code("calibration-mismatch")
  package static let tooFewImages = SluiceError.Code("too-few-images")
}

extension Calibration {
  /// Refuses a calibration that was made for another filter or other models.
  ///
  /// - Throws: `calibration-mismatch`, naming what differs.
  package func check(isFor identity: CalibrationIdentity) throws(SluiceError) {
    guard self.identity.filterDigest == identity.filterDigest else {
      throw Self.mismatch("was made for another version of the filter (\(self.identity.filterName))")
    }
    for file in identity.files {
      guard let known = self.identity.files.first(where: { $0.key == file.key }) else {
        throw Self.mismatch("was made without the file of `\(file.key)`")
      }
      guard known.digest == file.digest else {
        throw Self.mismatch(
          "was made with another file for `\(file.key)`: \(known.digest.prefix(12)), not \(file.digest.prefix(12))")
      }
    }
  }

  private static func mismatch(_ problem: String) -> SluiceError {
    SluiceError(
      .calibrationMismatch, "the calibration \(problem)",
      remedy: "calibrate again with `sluice calibrate -f FILTER --clean …`")
  }
}

extension Decision {
  /// Refuses a calibration with too few images for the budget ever to be spent.
  ///
  /// - Throws: `too-few-images`, saying how many are needed.
  package func checkCanSpendBudget() throws(SluiceError) {
    let needed = StratifiedDistribution.imagesNeeded(for: budget * smallestShare)
    guard calibration.images.count >= needed else {
      let spent =
        rule == .shared
        ? "a false positive budget of \(budget), shared between detectors," : "a false positive budget of \(budget)"
      throw SluiceError(
        .tooFewImages,
        "\(spent) needs at least \(needed) clean images; the calibration has \(calibration.images.count)",
        remedy: "calibrate with more clean images, or allow a larger budget")
    }
  }

  /// The least part of the budget that any detector decides by.
  private var smallestShare: Double {
    guard rule == .shared else { return 1 }
    let weights = calibration.detectors.map(\.weight).filter { $0 > 0 }
    return (weights.min() ?? 1) / max(weights.reduce(0, +), 1e-300)
  }
}

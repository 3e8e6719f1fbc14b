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
    let least = smallestShare
    let needed = StratifiedDistribution.imagesNeeded(for: budget * least.share)
    guard calibration.images.count >= needed else {
      throw SluiceError(
        .tooFewImages,
        "a false positive budget of \(budget)\(least.whose) needs at least \(needed) clean images; "
          + "the calibration has \(calibration.images.count)",
        remedy: "calibrate with more clean images, or allow a larger budget")
    }
  }

  /// The least part of the budget that anything decides by, and whose it is.
  private var smallestShare: (share: Double, whose: String) {
    switch rule {
    case .fused: return (1, "")
    case .shared:
      let weights = calibration.detectors.map(\.weight).filter { $0 > 0 }
      return ((weights.min() ?? 1) / max(weights.reduce(0, +), 1e-300), ", shared between detectors,")
    case .union:
      let used = zip(calibration.groups, shares).filter { $0.1 > 0 }
      guard let least = used.min(by: { $0.1 < $1.1 }) else { return (1, "") }
      let part = (least.1 * 1e4).rounded() / 1e4
      return (least.1, ", of which the group `\(least.0.name)` has \(part),")
    }
  }
}

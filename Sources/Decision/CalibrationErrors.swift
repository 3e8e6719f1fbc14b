import Common

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
    // Before the files: there are activation ranges only where something is computed in 8 bits.
    for (key, precision) in identity.precisions.sorted(by: { $0.key < $1.key }) {
      let known = self.identity.precisions[key] ?? "another precision"
      guard known == precision else { throw Self.precisionMismatch(key, known, precision) }
    }
    for file in identity.files {
      let match = self.identity.files.first { $0.key == file.key }
      if let model = CalibrationIdentity.model(ofArithmetic: file.key), match?.digest != file.digest {
        throw Self.mismatch("was made when the engine computed another network than that of `\(model)`")
      }
      guard let known = match else {
        throw Self.mismatch("was made without the file of `\(file.key)`")
      }
      guard known.digest == file.digest else {
        throw Self.mismatch(
          "was made with another file for `\(file.key)`: \(known.digest.prefix(12)), not \(file.digest.prefix(12))")
      }
    }
  }

  /// Refuses a calibration that waits for what is never asked: its places of witnesses would be those of others.
  ///
  /// - Parameters:
  ///   - asked: the names of the witnesses that the filter asks.
  /// - Throws: `calibration-mismatch`, naming the first that is not among them.
  package func check(waitsOnlyFor asked: [String]) throws(SluiceError) {
    guard let unknown = witnesses.witnesses.first(where: { !asked.contains($0.name) }) else { return }
    throw Self.mismatch("waits for the witness `\(unknown.name)`, which this filter does not ask")
      .keptPrivate(unknown.isPrivate)
  }

  private static func precisionMismatch(_ key: String, _ known: String, _ computed: String) -> SluiceError {
    let setting = key == CalibrationIdentity.looks ? "witnessPrecision" : "precision"
    // A filter comes to single precision, or to one other.
    let other = [known, computed].contains("int8") ? "int8" : "bf16"
    return SluiceError(
      .calibrationMismatch,
      "the calibration was made with \(known) for `\(key)`, and this machine computes it in \(computed)",
      remedy:
        "calibrate again on a machine like this one, name a `\(setting)` that both compute, or give the filter a "
        + "calibration for each: `calibration: {\(other): FILE, f32: FILE}`; the variable SLUICE_AUTO_PRECISION decides as well"
    )
  }

  private static func mismatch(_ problem: String) -> SluiceError {
    SluiceError(
      .calibrationMismatch, "the calibration \(problem)",
      remedy: "calibrate again with `sluice calibrate -f FILTER --clean …`")
  }
}

extension Decision {
  /// Refuses early exits that were certified for another decision, and a calibration that has tried none.
  ///
  /// - Parameters:
  ///   - limit: what the filter permits exits to lose.
  ///   - privateWitnesses: the names of witnesses that only private detectors ask.
  ///   - hasSecret: whether the filter has a secret, by which the order of witnesses is drawn.
  /// - Throws: `calibration-mismatch`, naming what differs.
  package func checkExits(
    are limit: ExitLimit, _ privateWitnesses: [String], hasSecret: Bool
  ) throws(SluiceError) {
    guard let certificate = calibration.exits?.certificate else {
      throw Self.exitMismatch("the filter has `earlyExit`, but the calibration tried no exits")
    }
    let wanted = exitTerms(limit: limit, privateWitnesses: privateWitnesses, drawsOrder: hasSecret)
    if let difference = certificate.terms.difference(from: wanted) {
      throw Self.exitMismatch("early exits were certified for \(difference)")
    }
  }

  private static func exitMismatch(_ problem: String) -> SluiceError {
    SluiceError(
      .calibrationMismatch, problem,
      remedy: "calibrate again with `--adversarial FOLDER`, or leave `earlyExit` out of the filter")
  }

  /// Refuses a calibration with too few scores for the budget ever to be spent: each photograph and each changed version has one.
  ///
  /// - Throws: `too-few-images`, saying how many are needed.
  package func checkCanSpendBudget() throws(SluiceError) {
    let least = smallestShare
    let needed = imagesNeeded(forShare: least.share)
    guard calibration.images.count >= needed else {
      throw SluiceError(
        .tooFewImages,
        "a false positive budget of \(budget)\(least.whose) needs at least \(needed) scores of clean images; "
          + "the calibration has \(calibration.images.count), of \(calibration.images.photographs) photographs",
        remedy: rule == .union
          ? "calibrate with more clean images, allow a larger budget, or give that group more of it, or 0"
          : "calibrate with more clean images, or allow a larger budget")
    }
  }

  /// The groups whose parts of the budget ask for more clean images than there are, and for how many: they never flag anything.
  package var groupsThatCannotSpend: [(name: String, needed: Int)] {
    guard rule == .union else { return [] }
    return zip(calibration.groups, shares).compactMap { group, share in
      guard share > 0 else { return nil }
      let needed = imagesNeeded(forShare: share)
      return needed > calibration.images.count ? (group.name, needed) : nil
    }
  }

  private func imagesNeeded(forShare share: Double) -> Int {
    var needed = StratifiedDistribution.imagesNeeded(for: budget * share)
    // As verdicts compare it: rounding can ask for one image more.
    while needed < StratifiedDistribution.mostNeeded, 1 / Double(needed + 1) / share > budget { needed += 1 }
    return needed
  }

  /// The least part of the budget that anything decides by, and whose it is.
  package var smallestShare: (share: Double, whose: String) {
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

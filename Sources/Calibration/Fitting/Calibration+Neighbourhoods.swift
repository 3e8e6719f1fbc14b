import Decision

extension Calibration {
  /// So many photographs suffice to compare predictions by how sure the classifier is: a fifth of them lies in each fold, give or
  /// take chance, and beside the largest there is room for two neighbourhoods.
  package static let photographsForNeighbourhoods = 350

  /// Whether predictions are compared with all photographs, however sure the classifier is, because these are too few.
  package var lacksNeighbourhoods: Bool {
    let predicting = detectors.filter { !$0.witnesses.isEmpty }
    let photographs = images.photographs
    return photographs < Self.photographsForNeighbourhoods && !predicting.isEmpty
      && predicting.allSatisfy { $0.byConfidence.neighbourhoods.count == 1 }
  }
}

import Classifiers
import Common
import Pixels

/// Tries settings until one makes the two models say the same.
///
/// Where the server took tensors, it is asked about tensors of other values and channel orders: its model may be the
/// filter's with another preparation around it. Where it took files, the filter's own model is asked about them as other
/// pipelines prepare them: values, channel orders, geometries, orientation.
struct PredictionSearch {
  private let comparison: PredictionComparison
  private let kept: [PredictionComparison.Kept]

  struct Outcome: Sendable {
    let setting: PredictionSetting
    /// The largest difference of a probability on each of the images.
    let largest: [Double]

    var mean: Double { CandidateOutcome.mean(largest) }
  }

  /// - Precondition: there is an image to try settings with.
  init(_ comparison: PredictionComparison) {
    precondition(!comparison.kept.isEmpty)
    self.comparison = comparison
    kept = comparison.kept
  }

  /// The nearest of all settings, or of the first group in which one makes all images equal; and how many were tried.
  ///
  /// Where a model is sure of itself, several settings are equal within the tolerance: the first need not be the right one.
  ///
  /// Colours are tried with the filter's geometry, geometries with the filter's colours, with the other channel order and with
  /// the best other colours, and then colours again with the best geometries: two faults hide each other, and the nearest of
  /// wrong colours is mere chance.
  ///
  /// - Parameters:
  ///   - progress: told the share that is done.
  /// - Throws: what the models throw.
  /// - Complexity: some dozen calls of the server or some four hundred of the filter's model, for each of four images at most.
  func best(progress: (Double) -> Void) async throws(SluiceError) -> (Outcome, tried: Int) {
    let tensors = comparison.tensors
    let own = try await outcome(tensors.own)
    var tried = 0
    let colours = tensors.colours(like: tensors.own).count
    let geometries = tensors.geometries(like: tensors.own).count
    let total: Int
    if case .file = comparison.way { total = 4 * colours + 3 * geometries } else { total = colours }
    func nearest(_ start: Outcome, _ settings: [PredictionSetting]) async throws(SluiceError) -> Outcome {
      var best = start
      for setting in settings {
        let new = try await outcome(setting)
        tried += 1
        progress(Double(tried) / Double(total))
        if new.mean < best.mean { best = new }
      }
      return best
    }
    let coloured = try await nearest(own, tensors.colours(like: tensors.own))
    guard case .file = comparison.way, !isEqual(coloured) else { return (coloured, tried) }
    var bests = [coloured]
    var starts = [own]
    for setting in tensors.orders(like: tensors.own) { starts.append(try await outcome(setting)) }
    if !starts.contains(where: { $0.setting == coloured.setting }) { starts.append(coloured) }
    for start in starts {
      let shaped = try await nearest(start, tensors.geometries(like: start.setting))
      if isEqual(shaped) { return (shaped, tried) }
      let both = try await nearest(shaped, tensors.colours(like: shaped.setting))
      if isEqual(both) { return (both, tried) }
      bests.append(both)
    }
    return (bests.min { $0.mean < $1.mean } ?? own, tried)
  }

  func isEqual(_ outcome: Outcome) -> Bool { outcome.largest.allSatisfy { $0 <= comparison.tolerance } }

  private func outcome(_ setting: PredictionSetting) async throws(SluiceError) -> Outcome {
    var largest: [Double] = []
    for image in kept {
      do throws(SluiceError) {
        largest.append(try await difference(of: image, setting))
      } catch {
        // Values that a model overflows on are no match, and no reason to end.
        guard error.code == .classifierFailed else { throw error }
        largest.append(1)
      }
    }
    return Outcome(setting: setting, largest: largest)
  }

  private func difference(
    of image: PredictionComparison.Kept, _ setting: PredictionSetting
  ) async throws(SluiceError) -> Double {
    switch comparison.way {
    case .tensor(let form):
      PredictionReport.Image.largestDifference(
        try await comparison.servedProbabilities(image.file, setting, form), image.own)
    case .file:
      PredictionReport.Image.largestDifference(
        try await comparison.ownProbabilities(image.file, setting), image.served)
    }
  }
}

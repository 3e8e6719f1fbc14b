import Calibration
import Classifiers
import Common
import FilterPipeline
import ImageCodecs
import ModelSetup

/// In what arithmetic the witnesses of a new filter are to be asked, tried on photographs.
struct InitArithmetic {
  private let outcomes: [ModelArithmetics]
  private let measured: ActivationRangesFile

  /// - Parameters:
  ///   - filter: the filter file, which need not be calibrated.
  ///   - count: how many photographs are looked at, at most.
  /// - Throws: what opening or asking a model throws; `too-few-images` where no photograph could be asked about.
  init(_ filter: String, photos: [String], count: Int) async throws(SluiceError) {
    let opening = FilterOpening(path: filter, definitions: [])
    let definition = try opening.file().definition
    let environment = opening.environment(workers: 1)
    var trial = try ArithmeticTrial.ofAllModels(definition, environment)
    let chosen = try TrialPhotographs.files(ArgumentBytes.paths(photos), atMost: count)
    let progress = TrialProgress()
    defer { progress.clear() }
    let inputs = RunInputs(PathList(chosen), limit: definition.limits.maxBytes)
    var seen = 0
    while let input = try inputs.next() {
      // Calibrating says of each that it is left out.
      try? trial.add(input)
      seen += 1
      progress.update("arithmetic", Double(seen) / Double(max(1, chosen.count)))
    }
    measured = try trial.ranges()
    outcomes = try await trial.outcomes(with: measured, environment)
  }

  /// What a model of the filter is to be asked in; `nil` for single precision.
  func arithmetic(of place: String) -> PlannedModel.Arithmetic? {
    guard let outcome = outcome(of: place), let taken = outcome.cheapest, taken.precision != .f32 else { return nil }
    return .init(
      taken.precision,
      reason: "\(outcome.times); \(taken.precision.rawValue) sees the class of f32 on \(taken.sameClass) of "
        + "\(outcome.imageCount) photographs")
  }

  /// The ranges of the models that are asked in 8-bit integers; `nil` where none is.
  var ranges: ActivationRangesFile? {
    let taken = measured.models.filter { place, _ in outcome(of: place)?.cheapest?.precision == .int8 }
    return taken.isEmpty ? nil : ActivationRangesFile(models: taken)
  }

  private func outcome(of place: String) -> ModelArithmetics? { outcomes.first { $0.place == place } }
}

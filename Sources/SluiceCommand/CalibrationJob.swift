import Calibration
import Common
import Cryptography
import Decision
import Files
import FilterPipeline

/// What is to be calibrated, and on what: for every command that calibrates a filter.
struct CalibrationJob {
  let opening: FilterOpening
  /// Folders, files and archives of clean images.
  var clean: [String]
  /// A folder for each attack, or folders of such folders.
  var adversarial: [String] = []
  /// The folder of an audit log, or a file of reviews.
  var reviewed: String?
  /// What clean images are changed to as well.
  var variants = ImageVariant.usual
  var weights = WeightSource.fitted
  /// Whether the published feature squeezing is scored as well.
  var scoresBaseline = false
  /// The calibration to write; `nil` for the one that the filter names.
  var output: String?
  /// The false positive rate that it is for; `nil` for the filter's budget.
  var rate: Double?
  /// Images judged at the same time.
  let workers: Int

  /// Where the weights of detectors come from.
  enum WeightSource: String, CaseIterable {
    case fitted
    case filter
  }

  /// Calibrates and writes the calibration; `nil` for a filter that leaves nothing to a calibration.
  func run() async throws -> CalibrationOutcome? {
    let file = try opening.file()
    let environment = opening.environment(workers: workers)
    // A name typed wrongly must not cost the scores of all clean images.
    let attacks = try ImageGroup.attacks(in: adversarial)
    let audited = try reviewed.map { (path) throws(SluiceError) in try AuditedReviews(path) }
    let scoring = try ScoringPipeline(file, environment, withBaseline: scoresBaseline)
    guard let decision = file.definition.decision else { return nil }
    let named = try file.calibrationPath(of: decision, environment)
    let target = output ?? named
    try refuseRate(otherThan: decision.budget, named: named)
    try checkDistinct(
      outputs: [target],
      inputs: clean + file.definition.namedPaths.filter { $0 != named }
        + [opening.path, reviewed].compactMap(\.self))
    try refuseToReplace(target)
    let collected = try scoring.calibrationSet(
      resuming: target + ".partial", reviewed: audited?.digests ?? ReviewedDigests())
    let interruption = try Interruption()
    let run = ScoringRun(scoring, workers: workers, interruption: interruption, sha256: Digests.sha256)
    let rate = self.rate ?? decision.budget
    if let number = try await Signals.forwarding(
      to: interruption, { try await collect(into: collected, run, attacks, audited, budget: rate) })
    {
      Terminal.say(
        "sluice: interrupted; \(collected.kept) scores are kept in \(target).partial; "
          + "`sluice calibrate` goes on with the same filter and images")
      Signals.dieOf(number)
    }
    if let bias = collected.bias {
      // The remedy changes the filter, and another one's scores are not taken over.
      collected.removeJournal()
      throw bias
    }
    let outcome = try write(to: target, collected, scoring, decision)
    collected.removeJournal()
    return outcome
  }

  /// The filter decides by its own budget: its calibration is not made for another rate, which its early exits would be
  /// certified for and which it would refuse.
  private func refuseRate(otherThan budget: Double, named: String) throws(SluiceError) {
    guard let rate, rate != budget, output.map({ isSameFile($0, named) }) ?? true else { return }
    throw SluiceError(
      .invalidFilter, "\(opening.path) decides by a budget of \(budget), which --fpr \(rate) does not change",
      remedy:
        "write `falsePositiveBudget: \(rate)` under `decision` in the filter file, or name another calibration with -o"
    )
  }

  /// A path typed wrongly must not cost an image.
  private func refuseToReplace(_ target: String) throws(SluiceError) {
    guard FileStatus(target)?.isRegularFile == true else { return }
    guard let bytes = try? readFile(target, atMost: Calibration.maxBytes), (try? Calibration(json: bytes)) != nil
    else {
      throw SluiceError(
        .unwritableOutput, "\(target) exists, and is not a calibration",
        remedy: "delete it, or name another file with -o")
    }
  }
}

import ArgumentParser
import Calibration
import Files

extension ImageVariant: ExpressibleByArgument {}
extension CalibrationJob.WeightSource: ExpressibleByArgument {}

struct CalibrateCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "calibrate",
    abstract: "Measure a filter on clean images, so that it keeps a false positive budget.",
    discussion: """
      Scores clean images with the filter, and writes what its decision needs: how clean images score, and how much each \
      detector counts. Use images like those that the filter will see, from every source; a thousand or more are good. Each is \
      also scored saved again, blurred, noisy, brighter or darker and gray, so that no such version is called an attack. \
      A budget of 1 in 1,000 needs at least 999 images as they came, and 9,999 scores where the smallest share of a group is \
      0.1, as in the filters that `sluice init` writes: 1,429 photographs with six changed versions each. \
      With adversarial images, the detectors' weights are fitted, and the rate shown for each attack is that of a fit that never \
      saw it.

        # from a folder of clean images, for the budget that the filter file names
        sluice calibrate -f filter.yaml --clean photos/

        # two sources, without changed versions, where there are thousands of images
        sluice calibrate -f filter.yaml --clean photos/ uploads/ --augment none

        # with labelled attacks: a folder for each
        sluice calibrate -f filter.yaml --clean photos/ --adversarial attacks/

        # with what reviewers confirmed and cleared
        sluice calibrate -f filter.yaml --clean photos/ --from-audit audit/

      Reviewers clear what was flagged, which is no fair sample of clean images: of those, at most the budget's share of all clean \
      images is taken.

      Where the filter has `earlyExit`, adversarial images also decide where clean-looking images may leave before everything \
      was asked, and the calibration holds the certificate: 299 detected attacks are needed to say that 1 % is lost at most.

        # early exits, with the weights of the filter file
        sluice calibrate -f filter.yaml --clean photos/ --adversarial attacks/ \\
          --weights filter

      Scores are kept on disk while it runs, so after an interruption the same command goes on. Of more than 20,000 \
      images a uniform sample is taken. The published feature squeezing is scored as well, for comparing with it.

      Exit status: 0 when the calibration was written, 1 when images were left out, 2 when it could not be written.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Clean images: folders, files, archives; - is standard input.", valueName: "path"),
    completion: .directory)
  var clean: [String]

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Adversarial images: a folder for each attack, or a folder of such folders. Folders of one name are one attack.",
      valueName: "folder"),
    completion: .directory)
  var adversarial: [String] = []

  @Option(
    help: ArgumentHelp(
      "Reviewed images: the folder of an audit log, or a file with one JSON object per line: sha256, label, path.",
      valueName: "path"),
    completion: .file())
  var fromAudit: String?

  @Option(
    help: "The false positive rate that a calibration named with -o is for. (default: the filter's budget)")
  var fpr: Double?

  @Option(
    help: ArgumentHelp(
      "Changes that clean images are also calibrated with, separated by commas, or none: "
        + ImageVariant.allCases.map(\.rawValue).joined(separator: ", ") + ".", valueName: "changes"))
  var augment = ImageVariant.usual.map(\.rawValue).joined(separator: ",")

  @Option(
    help: ArgumentHelp(
      "Where detectors' weights come from: fitted on the adversarial images, or the filter file, so that those images only serve "
        + "to choose early exits.", valueName: "source"))
  var weights = CalibrationJob.WeightSource.fitted

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The calibration to write. (default: the one that the filter names)", valueName: "file"),
    completion: .file(extensions: ["json"]))
  var output: String?

  @Flag(
    name: .customLong("no-baseline"),
    help: "Leave out the published feature squeezing, which costs three calls for each image.")
  var leavesOutBaseline = false

  @OptionGroup var workers: WorkerOptions

  func validate() throws {
    if let fpr, !(fpr > 0 && fpr <= 0.5) { throw ValidationError("--fpr takes a number above 0, up to 0.5") }
    _ = try variants()
    try ArgumentBytes.checkAreText([output, fromAudit])
    try OutputPlace.checkIsFile(output, "-o")
  }

  private func variants() throws -> [ImageVariant] {
    guard augment != "none" else { return [] }
    return try augment.split(separator: ",").map { name in
      guard let variant = ImageVariant(rawValue: String(name)) else {
        throw ValidationError(
          "--augment takes none, \(ImageVariant.allCases.map(\.rawValue).joined(separator: ", ")), not \(name)")
      }
      return variant
    }
  }

  func run() async throws {
    let job = CalibrationJob(
      opening: options.opening, clean: clean, adversarial: adversarial, reviewed: fromAudit, variants: try variants(),
      weights: weights, scoresBaseline: !leavesOutBaseline, output: output, rate: fpr, workers: workers.count)
    guard let outcome = try await job.run() else { return }
    try OutputFile.standardOutput().write(Array(outcome.report.text.utf8))
    if outcome.leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }
}

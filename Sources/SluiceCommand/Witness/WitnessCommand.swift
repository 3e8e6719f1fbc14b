import ArgumentParser
import Classifiers
import Common
import Files
import FilterPipeline
import ImageCodecs
import ModelSetup

struct WitnessCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "witness",
    abstract: "Make a second model out of photographs, for a filter whose classifier has none.",
    discussion: """
      Fits a witness: a model that says what the filter's classifier says, from features of EfficientNet-Lite0. It learns \
      from photographs without labels, and a secret draws which of the features it looks at, so that nobody else has the same \
      one. Detectors that ask it are private: an attacker can optimise through the models that he knows.

        Samples/install.sh --imagenet
        sluice witness -f filter.yaml --photos photos/

        # with the lines already in a filter file, calibrated on other photographs
        sluice witness -f filter.yaml --photos photos/ \\
          -o private.yaml --calibrate others/

      Take some hundred photographs as the classifier will see them, of every class, the more the more classes there are, and others to \
      calibrate on: a witness agrees better on those that it was fitted on. Somebody who knows that a filter has such a witness \
      can make one of his own and optimise through it, the better the more he has of the photographs. Keep both to yourself.

      Exit status: 0 when the witness was made, 1 when photographs were left out, 2 when it could not be made.
      """)

  @OptionGroup var options: FilterOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Clean photographs to learn from: folders and files.", valueName: "path"),
    completion: .directory)
  var photos: [String]

  @Option(
    help: ArgumentHelp(
      "The witness to write, with its weights beside it in a file that ends in .bin. (default: the filter file's name with "
        + ".witness.xml)", valueName: "file.xml"), completion: .file(extensions: ["xml"]))
  var model: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp(
      "A filter file to write: this one with the witness, in the same folder. (default: the lines to add are printed)",
      valueName: "file"), completion: .file(extensions: ["yaml", "yml"]))
  var output: String?

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Calibrate what -o writes on these clean images, other ones than --photos.", valueName: "path"),
    completion: .directory)
  var calibrate: [String] = []

  @Option(
    help: ArgumentHelp(
      "A file with the secret that draws the features; made where it does not exist. (default: the filter's secret, else a "
        + "new one that is kept nowhere)", valueName: "file"), completion: .file())
  var secret: String?

  @Option(help: "How many of the 1,280 features are drawn.")
  var features = WitnessCommand.defaultFeatures

  @Flag(help: "Replace files that exist.")
  var force = false

  @OptionGroup var workers: WorkerOptions

  static let defaultFeatures = 640
  private static let featureRange = 64...1280

  func validate() throws {
    guard Self.featureRange.contains(features) else {
      throw ValidationError(
        "--features takes a number from \(Self.featureRange.lowerBound) to \(Self.featureRange.upperBound)")
    }
    if let model, !model.hasSuffix(".xml") { throw ValidationError("--model takes a name that ends in .xml") }
    try OutputPlace.checkIsFile(output, "-o")
    if !calibrate.isEmpty, output == nil { throw ValidationError("--calibrate needs -o beside it") }
  }

  func run() async throws {
    try refuseLearnedImages()
    let file = try options.file()
    let files = try WitnessFiles(filter: options.filter, model: model, output: output)
    try files.refuseToReplace(force: force)
    try checkDistinct(
      outputs: [files.model, files.weights] + [output, files.calibration].compactMap(\.self),
      inputs: photos + calibrate
        + [options.filter, secret, file.definition.classifier?.openVINO.modelPath].compactMap(\.self)
        + files.others(among: file.definition.namedPaths))
    let environment = FilterOpening.variables()
    let network = try FeatureNetwork(environment: environment)
    guard features <= network.featureCount else {
      throw SluiceError(
        .modelMismatch, "\(FeatureNetwork.place) has \(network.featureCount) features, and \(features) are to be drawn",
        remedy: "give a smaller number with --features")
    }
    let drawn = DrawnFeatures.drawn(
      features, of: network.featureCount, hmac: try WitnessSecret.hmac(file: secret, definition: file.definition))
    let (sampling, leftOut) = try await sampled(
      file.definition, network, files, options.pipelineEnvironment(workers: 1))
    let progress = TrialProgress()
    let fit = try WitnessFit(sampling.samples, features: drawn, featureCount: network.featureCount) {
      progress.update("strengths", $0)
    }
    progress.clear()
    let made = network.model(fit.head)
    try replaceFile(files.weights, with: made.weights, permissions: .forOwnerAlone)
    try replaceFile(files.model, with: made.document, permissions: .forOwnerAlone)
    try finish(file, files, WitnessReport(fit, files: files, features: features))
    if !calibrate.isEmpty { try await calibrateFilter(files) }
    if leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// A witness agrees better on what it was fitted on, so that a calibration on it would promise too much.
  private func refuseLearnedImages() throws(SluiceError) {
    guard !calibrate.isEmpty,
      let shared = try WitnessSampling.firstLearned(
        from: ArgumentBytes.paths(photos), among: ArgumentBytes.paths(calibrate))
    else { return }
    throw SluiceError(
      .sameFile, "\(shared) is what the witness learns from, and to be calibrated on",
      remedy: "calibrate on other images than those of --photos")
  }

  private func sampled(
    _ definition: FilterDefinition, _ network: FeatureNetwork, _ files: WitnessFiles, _ environment: PipelineEnvironment
  ) async throws -> (WitnessSampling, leftOut: Int) {
    let chosen = try WitnessSampling.chosen(ArgumentBytes.paths(photos))
    var sampling = try WitnessSampling(
      definition, network, folder: files.model.containingFolder, environment: environment)
    let progress = TrialProgress()
    defer { progress.clear() }
    let inputs = RunInputs(PathList(chosen), limit: definition.limits.maxBytes)
    var (seen, leftOut) = (0, 0)
    while let input = try inputs.next() {
      do { try await sampling.add(input) } catch let error as SluiceError {
        leftOut += 1
        progress.clear()
        Terminal.say("sluice: \(input.source.printable) left out: \(error.description.printable)")
      }
      seen += 1
      progress.update("photographs", Double(seen) / Double(max(1, chosen.count)))
    }
    try sampling.checkCount()
    return (sampling, leftOut)
  }

  /// Writes the filter file where one is asked for, and says what was made.
  private func finish(_ file: FilterFile, _ files: WitnessFiles, _ report: WitnessReport) throws(SluiceError) {
    let output = OutputFile.standardOutput()
    let isNamed = file.definition.namedPaths.contains { isSameFile($0, files.model) }
    let entries = WitnessEntries(
      file.definition, path: try RelativePath.path(of: files.model, from: self.output ?? options.filter))
    guard let target = self.output else {
      let next = isNamed ? WitnessReport.named(options.filter) : WitnessReport.adding(entries.text, to: options.filter)
      return try output.write(Array((report.text + next).utf8))
    }
    let text = try WitnessInsertion.text(
      String(decoding: file.bytes, as: UTF8.self), adding: entries, calibration: files.calibrationName)
    try replaceFile(target, with: Array(text.utf8))
    // What was written must be what a filter file may say.
    let written = try FilterOpening(path: target, definitions: options.definitions).file().definition
    guard written.models.count == file.definition.models.count + 1,
      written.privateDetectors.count > file.definition.privateDetectors.count
    else {
      throw SluiceError(
        .invalidFilter, "the witness was not taken up in \(target)",
        remedy: "leave out -o and add the printed lines by hand")
    }
    try output.write(Array((report.text + WitnessReport.written(target, isCalibrated: !calibrate.isEmpty)).utf8))
  }

  private func calibrateFilter(_ files: WitnessFiles) async throws {
    guard let target = output else { return }
    let job = CalibrationJob(
      opening: FilterOpening(path: target, definitions: options.definitions), clean: calibrate, workers: workers.count)
    guard let outcome = try await job.run() else { return }
    try OutputFile.standardOutput().write(Array(outcome.report.text.utf8))
    if outcome.leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }
}

import ArgumentParser
import Classifiers
import Common
import Files
import FilterPipeline
import ModelSetup
import Pixels

struct InitCommand: AsyncParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "init",
    abstract: "Make a filter for a model, from what is known of it and from photographs.",
    discussion: """
      Finds out what the model is, how its pictures are prepared and what its classes are called, from the files in and beside \
      it: preprocessor_config.json, timm's config.json, the metadata of ONNX, OpenVINO IR and TensorFlow Lite, Triton's \
      config.pbtxt, label files. What nothing says is tried with the photographs. Then it writes the filter file, with a comment \
      on each choice, and calibrates it.

        # a filter in this folder, calibrated on your photographs
        sluice init classifier.onnx --photos photos/ -o filter.yaml

        # with a second opinion, and what the filter sees of attacks
        sluice init classifier.onnx --photos photos/ \\
          --second-model other.onnx --attacks attacks/

      Take some hundred photographs as the classifier will see them. Folders called like classes, or file names that begin with \
      their numbers, tell how often the model is right.

      Exit status: 0 when the filter was written, 1 when photographs were left out, 2 for a model or files that cannot be used.
      """)

  @OptionGroup var model: ModelOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Clean photographs: folders and files.", valueName: "path"), completion: .directory)
  var photos: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Adversarial images to measure with and to fit weights on: a folder for each attack, or a folder of such folders.",
      valueName: "folder"), completion: .directory)
  var attacks: [String] = []

  @Option(
    help: ArgumentHelp("Another model of the same classes, asked for a second opinion.", valueName: "model"),
    completion: .file(extensions: ["onnx", "xml", "tflite"]))
  var secondModel: String?

  @Option(
    help: ArgumentHelp("The names of the classes: lines, a JSON list, or a JSON object by class.", valueName: "file"),
    completion: .file())
  var labels: String?

  @Option(
    name: .shortAndLong,
    help: ArgumentHelp("The filter file to write. (default: the model's name with .yaml, here)", valueName: "file"),
    completion: .file(extensions: ["yaml", "yml"]))
  var output: String?

  @Option(help: "The share of clean images that may be flagged.")
  var fpr = 0.05

  @Flag(help: "Replace files that exist.")
  var force = false

  @Flag(name: .customLong("no-calibrate"), help: "Only write the filter file.")
  var skipsCalibration = false

  @OptionGroup var workers: WorkerOptions

  func validate() throws {
    guard FilterDefinition.DecisionDefinition.budgetRange.contains(fpr) else {
      throw ValidationError("--fpr takes a number above 0, up to 0.5")
    }
    if !attacks.isEmpty, photos.isEmpty { throw ValidationError("--attacks needs --photos beside it") }
  }

  func run() async throws {
    let files = InitFiles(model: model.path, output: output)
    try files.refuseToReplace(force: force)
    try checkDistinct(
      outputs: [files.filter, files.calibration, files.labels],
      inputs: photos + attacks + [model.path, secondModel, labels].compactMap(\.self))
    let main = try SetUpModel(model.path, outputName: model.outputName, photos: photos, labels: labels)
    Terminal.write(main.report)
    let second = try secondModel.map { (path) throws in
      let second = try SetUpModel(path, photos: photos, labels: nil, names: main.labels?.value)
      Terminal.write(second.report)
      return second
    }
    let filter = try write(files, main, second)
    guard !photos.isEmpty, !skipsCalibration else {
      return try OutputFile.standardOutput().write(Array(InitSummary.uncalibrated(files, photos: photos).utf8))
    }
    let outcome = try await calibrate(files)
    let cost = try await FilterCost(filter, photos: photos)
    let summary = InitSummary(
      files: files, outcome: outcome, cost: cost, photos: photos, attacks: attacks,
      secondOpinion: second == nil ? ImageNetModel.secondOpinion(to: model.path, main.classifier) : nil)
    try OutputFile.standardOutput().write(Array(summary.text.utf8))
    if outcome.leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// Writes the filter file, and the labels beside it: they may have been within the model, or in a form of another program.
  private func write(_ files: InitFiles, _ main: SetUpModel, _ second: SetUpModel?) throws -> String {
    var plan = FilterPlan(
      name: files.name, classifier: try main.planned(for: files.filter), budget: fpr,
      calibrationPath: files.calibrationName)
    plan.secondModel = try second?.planned(for: files.filter)
    try plan.check()
    if let names = main.labels?.value {
      plan.labelsPath = files.labelsName
      try replaceFile(files.labels, with: Array((names.map(Self.line).joined(separator: "\n") + "\n").utf8))
    }
    try replaceFile(files.filter, with: Array(try plan.text().utf8))
    // What was written must be what a filter file may say.
    _ = try FilterOpening(path: files.filter, definitions: []).file()
    return files.filter
  }

  /// A name on a line of its own.
  private static func line(_ name: String) -> String { String(name.map { $0.isNewline ? " " : $0 }) }

  private func calibrate(_ files: InitFiles) async throws -> CalibrateCommand.Outcome {
    var command = try CalibrateCommand.parse(["-f", files.filter, "--clean", files.filter, "--no-baseline"])
    command.clean = photos
    command.adversarial = attacks
    command.workers = workers
    guard let outcome = try await command.calibrated() else {
      throw SluiceError(.invalidFilter, "\(files.filter) leaves nothing to a calibration")
    }
    return outcome
  }
}

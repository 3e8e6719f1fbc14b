import ArgumentParser
import Calibration
import Classifiers
import Common
import Decision
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
      config.pbtxt, label files. What nothing says is tried with the photographs, and so is the cheapest arithmetic in which \
      witnesses see the same. Then it writes the filter file, with a comment on each choice, and calibrates it.

        # a filter in this folder, calibrated on your photographs
        sluice init classifier.onnx --photos photos/ -o filter.yaml

        # with a second opinion, and what the filter sees of attacks
        sluice init classifier.onnx --photos photos/ \\
          --second-model other.onnx --attacks attacks/

      With a second model and 299 adversarial images that are detected, clean images leave early, before everything was asked.

      Take 350 photographs or more as the classifier will see them; with fewer, the filter cannot regard how sure the classifier \
      is. Folders called like classes, or file names that begin with their numbers, tell how often the model is right.

      Exit status: 0 when the filter was written, 1 when photographs were left out, 2 for a model or files that cannot be used.
      """)

  @Argument(
    help: ArgumentHelp(
      "\(ModelArgument.help) It stands before --photos and --attacks, which take all paths that follow.",
      valueName: "model"),
    completion: ModelArgument.completion)
  var model: String

  @OptionGroup var scores: ScoreOptions

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp("Clean photographs: folders and files.", valueName: "path"), completion: .directory)
  var photos: [String] = []

  @Option(
    name: .long, parsing: .upToNextOption,
    help: ArgumentHelp(
      "Adversarial images to measure with, a folder for each attack, or a folder of such folders. With a second model they say "
        + "where clean images may leave early; without one, detectors' weights are fitted on them.", valueName: "folder"
    ),
    completion: .directory)
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
  var fpr = InitCommand.usualRate

  static let usualRate = 0.05

  @Flag(
    help: """
      Ask witnesses in single precision, so that one calibration holds on every processor. (default: the cheapest arithmetic \
      in which they see the same)
      """)
  var portable = false

  @Flag(help: "Replace files that exist.")
  var force = false

  @Flag(name: .customLong("no-calibrate"), help: "Only write the filter file.")
  var skipsCalibration = false

  @OptionGroup var workers: WorkerOptions

  func validate() throws {
    guard FilterDefinition.DecisionDefinition.budgetRange.contains(fpr) else {
      throw ValidationError("--fpr takes a number above 0, up to 0.5")
    }
    try ArgumentBytes.checkAreText([model, secondModel, labels, output])
    try OutputPlace.checkIsFile(output, "-o")
    if !attacks.isEmpty, photos.isEmpty { throw ValidationError("--attacks needs --photos beside it") }
  }

  func run() async throws {
    let files = InitFiles(model: model, output: output)
    try files.refuseToReplace(force: force)
    try checkDistinct(
      outputs: [files.filter, files.calibration, files.labels, files.ranges],
      inputs: photos + attacks + [model, secondModel, labels].compactMap(\.self))
    // A name typed wrongly would be noticed at the end, and be repeated in what is advised.
    _ = try ImageGroup.attacks(in: attacks)
    if !photos.isEmpty, !skipsCalibration { try refuseTooFewPhotos() }
    let (main, second) = try models()
    var plan = try plan(files, main, second)
    try write(plan, files, labels: main.labels?.value)
    guard !photos.isEmpty, !skipsCalibration else {
      let isAssumed = [main, second].contains { $0?.preparation.isAssumed == true }
      let summary = InitSummary.uncalibrated(
        files, paths: files.paths(of: plan, isCalibrated: false), photos: photos,
        attacks: plan.exitsEarly ? attacks : [], trying: isAssumed && photos.isEmpty ? trying(files) : nil)
      return try OutputFile.standardOutput().write(Array(summary.utf8))
    }
    if !portable { try await chooseArithmetic(&plan, files) }
    let outcome = try await calibrate(files, plan)
    let cost = try await FilterCost(files.filter, photos: photos)
    let summary = InitSummary(
      files: files, paths: files.paths(of: plan, isCalibrated: true), outcome: outcome, cost: cost, photos: photos,
      attacks: attacks,
      secondOpinion: second == nil
        ? ImageNetModel.secondOpinion(to: model, main.classifier, labels: main.labels?.value) : nil)
    try OutputFile.standardOutput().write(Array(summary.text.utf8))
    if outcome.leftOut > 0 { throw ExitCode(ExitStatus.someHeldBack) }
  }

  /// The same command with photographs.
  private func trying(_ files: InitFiles) -> String {
    func option(_ name: String, _ value: String?) -> [String] { value.map { [name, $0.shellWord] } ?? [] }
    var words = ["sluice init", model.shellWord]
    words += option("--output-name", scores.outputName)
    words += option("--second-model", secondModel)
    words += option("--labels", labels)
    words += option("--fpr", fpr == Self.usualRate ? nil : "\(fpr)")
    if portable { words.append("--portable") }
    words += ["--photos PHOTOS -o", files.filter.shellWord, "--force"]
    return words.joined(separator: " ")
  }

  /// A calibration for less than the photographs can tell would fail after everything else was done.
  ///
  /// - Throws: `too-few-images`; `unreadable-file`.
  private func refuseTooFewPhotos() throws(SluiceError) {
    // The group with the least share is calibrated on variants of the photographs as well.
    let scores = StratifiedDistribution.imagesNeeded(for: fpr * FilterPlan.smallestShare)
    let scoresOfPhoto = 1 + ImageVariant.usual.count
    let needed = max(
      StratifiedDistribution.imagesNeeded(for: fpr), (scores + scoresOfPhoto - 1) / scoresOfPhoto)
    let count = try TrialPhotographs.count(ArgumentBytes.paths(photos), upTo: needed)
    // Where there is none at all, that is what is said of it.
    guard count > 0, count < needed else { return }
    throw SluiceError(
      .tooFewImages, "a false positive rate of \(fpr) needs at least \(needed) photographs; there are \(count)",
      remedy: "name more with --photos, or allow a larger --fpr")
  }

  /// The models with their preparations. What can be known of both is, before anything is tried.
  private func models() throws(SluiceError) -> (main: SetUpModel, second: SetUpModel?) {
    let main = try ExaminedModel(model, outputName: scores.outputName, labels: labels)
    let second = try secondModel.map { (path) throws(SluiceError) in
      try ExaminedModel(path, labels: nil, names: main.labels?.value)
    }
    var names: ClassNameComparison?
    if let second {
      try FilterPlan.check(second.classifier, beside: main.classifier)
      try second.checkDiffers(from: main)
      names = try second.checkClasses(beside: main)
    }
    func setUp(_ model: ExaminedModel) throws(SluiceError) -> SetUpModel {
      let model = try SetUpModel(model, photos: photos)
      Terminal.write(model.report)
      return model
    }
    let (first, other) = (try setUp(main), try second.map(setUp))
    for warning in [names?.warning, other.flatMap { first.agreement(with: $0).warning }].compactMap(\.self) {
      Terminal.say("warning: \(warning)\n")
    }
    return (first, other)
  }

  private func plan(_ files: InitFiles, _ main: SetUpModel, _ second: SetUpModel?) throws(SluiceError) -> FilterPlan {
    var plan = FilterPlan(
      name: files.name, classifier: try main.planned(for: files.filter), budget: fpr,
      calibrationPath: files.calibrationName)
    plan.secondModel = try second?.planned(for: files.filter)
    plan.labelsPath = main.labels == nil ? nil : files.labelsName
    // Confident attacks look clean to every look of the classifier: without another model nobody may leave early.
    plan.exitsEarly = second != nil && !attacks.isEmpty
    try plan.check()
    return plan
  }

  /// Writes the filter file, and the labels beside it: they may have been within the model, or in a form of another program.
  private func write(_ plan: FilterPlan, _ files: InitFiles, labels: [String]?) throws(SluiceError) {
    if let labels { try replaceFile(files.labels, with: ClassLabels.file(of: labels)) }
    try writeFilter(plan, files)
  }

  private func writeFilter(_ plan: FilterPlan, _ files: InitFiles) throws(SluiceError) {
    try replaceFile(files.filter, with: Array(try plan.text().utf8))
    // What was written must be what a filter file may say.
    _ = try FilterOpening(path: files.filter, definitions: []).file()
  }

  /// Tries the models that were written in other arithmetics, and writes the filter again with those that it takes.
  private func chooseArithmetic(_ plan: inout FilterPlan, _ files: InitFiles) async throws(SluiceError) {
    let milliseconds = plan.classifier.description.timings.map(\.milliseconds).min() ?? 10
    let arithmetic: InitArithmetic
    do throws(SluiceError) {
      arithmetic = try await InitArithmetic(
        files.filter, photos: photos, count: PreparationChoice.photographCount(milliseconds: milliseconds))
    } catch {
      // Nothing is lost but time.
      return Terminal.say("sluice: witnesses stay in single precision: \(error.description.printable)")
    }
    plan.classifier.witnessArithmetic = arithmetic.arithmetic(of: FilterDefinition.classifierPlace)
    plan.secondModel?.witnessArithmetic = arithmetic.arithmetic(
      of: FilterDefinition.place(ofModel: FilterPlan.secondModelName))
    if let ranges = arithmetic.ranges {
      try replaceFile(files.ranges, with: Array(ranges.json.indentedText.utf8))
      plan.activationRangesPath = files.rangesName
    }
    try writeFilter(plan, files)
    Terminal.write(SetUpModel.printableLines(plan.arithmeticReport))
  }

  /// - Throws: what `sluice calibrate` throws, with how to go on from there: the filter is written.
  private func calibrate(_ files: InitFiles, _ plan: FilterPlan) async throws -> CalibrationOutcome {
    do {
      return try await calibrated(files, weights: plan.exitsEarly ? .filter : .fitted)
    } catch var error as SluiceError {
      let command = InitSummary.calibrating(files, photos: photos, attacks: plan.exitsEarly ? attacks : [])
      let advice = "\(files.filter) is written, and `\(command)` goes on from there"
      error.remedy = error.remedy.map { "\($0); \(advice)" } ?? advice
      throw error
    }
  }

  private func calibrated(
    _ files: InitFiles, weights: CalibrationJob.WeightSource
  ) async throws -> CalibrationOutcome {
    let job = CalibrationJob(
      opening: FilterOpening(path: files.filter, definitions: []), clean: photos, adversarial: attacks,
      weights: weights, workers: workers.count)
    guard let outcome = try await job.run() else {
      throw SluiceError(.invalidFilter, "\(files.filter) leaves nothing to a calibration")
    }
    return outcome
  }
}

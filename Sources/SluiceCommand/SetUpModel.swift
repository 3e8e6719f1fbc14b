import Classifiers
import Common
import Files
import FilterPipeline
import ModelSetup
import Pixels
import Preprocessing

/// A model on its way into a filter: what it is, how its pictures are prepared, and what its classes are called.
struct SetUpModel {
  let description: ModelDescription
  let classifier: ClassifierDescription
  let preparation: ChosenPreparation
  let labels: Found<[String]>?
  private let found: FoundPreparation
  private let photographs: TrialPhotographs?

  /// - Parameters:
  ///   - path: a file of labels; `nil` to look for them.
  ///   - names: what the classes are called where nothing else says it, such as by the model that this one is to support.
  /// - Throws: `model-mismatch` for what is no classifier; `unreadable-file`, `empty-input` for photographs;
  ///   `invalid-labels`; `engine-failed`.
  init(
    _ model: String, outputName: String? = nil, photos: [String], labels path: String?, names: [String]? = nil
  ) throws {
    let probe = try ModelProbe(path: model, environment: FilterOpening.variables())
    let surroundings = ModelSurroundings(modelPath: model)
    var examination = ModelExamination(probe)
    examination.outputName = outputName
    let named = surroundings.preparation(size: nil)
    examination.namedSize = named.size?.value
    let given = try Self.labels(path)
    if let count = given?.value.count ?? names?.count {
      examination.labelCounts = [count]
    } else {
      examination.labelCounts = named.labelCounts
    }
    description = try examination.description()
    if let refusal = description.refusal { throw refusal }
    guard let classifier = description.classifier else {
      throw SluiceError(.modelMismatch, "\(model) is no image classifier")
    }
    self.classifier = classifier
    found = surroundings.preparation(size: classifier.input.fixedSize)
    labels = try Self.labels(given, found, classCount: classifier.output.classCount)
    photographs = try Self.photographs(photos, classifier, labels?.value ?? names)
    let progress = TrialProgress()
    defer { progress.clear() }
    preparation = try PreparationChoice(probe, classifier, found: found, photographs: photographs).chosen {
      progress.update($0, $1)
    }
  }

  private static func labels(_ path: String?) throws(SluiceError) -> Found<[String]>? {
    guard let path else { return nil }
    let bytes = try readFile(path, atMost: 16 << 20)
    return Found(try ClassLabels(bytes, path: path).names, source: path)
  }

  private static func labels(
    _ given: Found<[String]>?, _ found: FoundPreparation, classCount: Int
  ) throws(SluiceError) -> Found<[String]>? {
    guard let given else { return found.labels(count: classCount) }
    guard given.value.count == classCount else {
      throw SluiceError(
        .invalidLabels, "\(given.source) has \(given.value.count) labels, and the model \(classCount) classes",
        remedy: "give one for each class, in the order of the model")
    }
    return given
  }

  private static func photographs(
    _ paths: [String], _ classifier: ClassifierDescription, _ labels: [String]?
  ) throws(SluiceError) -> TrialPhotographs? {
    guard !paths.isEmpty else { return nil }
    let milliseconds = classifier.timings.map(\.milliseconds).min() ?? 10
    let classes = PathClasses(classCount: classifier.output.classCount, labels: labels)
    return try TrialPhotographs(
      ArgumentBytes.paths(paths), count: PreparationChoice.photographCount(milliseconds: milliseconds)
    ) { classes($0) }
  }

  /// The model as a filter file names it.
  func planned(for filter: String) throws(SluiceError) -> PlannedModel {
    PlannedModel(
      path: try RelativePath.path(of: description.path, from: filter), fileName: description.fileName,
      description: classifier, preparation: preparation, outputQuantisation: found.outputQuantisation?.value)
  }

  /// What the model is, what was found where, and what was tried.
  var report: String {
    var lines = [description.text]
    if let text = preparation.sizeText { lines.append("  size        \(preparation.size) (\(text))\n") }
    lines.append(
      "  geometry    \(PreparationCandidate.text(of: preparation.steps.value)) (\(preparation.steps.reason.text))\n")
    let normalisation = preparation.normalisation.map {
      "mean \(list($0.value.mean)), std \(list($0.value.standardDeviation)) (\($0.reason.text))"
    }
    lines.append("  values      \(normalisation ?? "samples as they are")\n")
    lines.append("  colours     \(preparation.order.value.rawValue) (\(preparation.order.reason.text))\n")
    lines.append(
      "  labels      \(labels.map { "\($0.value.count) from \($0.source)" } ?? "none found; name them with --labels")\n"
    )
    for doubt in preparation.doubts { lines.append("  warning     \(doubt.source): \(doubt.value)\n") }
    for trial in preparation.trials {
      lines.append("\ntried with \(photographs?.photographs.count ?? 0) photographs\n\(trial.text)")
    }
    return Self.printableLines(lines.joined() + "\n")
  }

  private func list(_ values: [Float]) -> String {
    Set(values).count == 1 ? "\(values[0])" : values.map { "\($0)" }.joined(separator: " ")
  }

  /// Names in models and files come from whoever made them.
  static func printableLines(_ text: String) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false).map { Terminal.printable(String($0)) }
      .joined(separator: "\n")
  }
}

/// A line on the terminal that tells what is being tried, and how far that is.
struct TrialProgress {
  private let isShown = Terminal.isTerminal(2)

  private static let width = 30

  func update(_ what: String, _ share: Double) {
    guard isShown else { return }
    let done = Int(min(1, max(0, share)) * Double(Self.width))
    let bar = String(repeating: "█", count: done) + String(repeating: "░", count: Self.width - done)
    Terminal.write("\r\u{1B}[Ktrying \(what) \(bar)")
  }

  /// The same where nobody knows how much there is to do.
  func note(_ what: String, _ count: Int) {
    if isShown { Terminal.write("\r\u{1B}[K\(what): \(count)") }
  }

  func clear() {
    if isShown { Terminal.write("\r\u{1B}[K") }
  }
}

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

  /// Tries with photographs what nothing says.
  ///
  /// - Throws: `unreadable-file`, `empty-input` for photographs; `engine-failed`.
  init(_ model: ExaminedModel, photos: [String]) throws(SluiceError) {
    var (description, classifier) = (model.description, model.classifier)
    let photographs = try Self.photographs(photos, classifier, model.names)
    var preparation = try Self.preparation(model, classifier, photographs)
    if preparation.showsLogit {
      classifier.output.kind = .oneLogit
      preparation = try Self.preparation(model, classifier, photographs)
    }
    classifier.isSeenOnPhotographs = photographs != nil
    description.classifier = classifier
    self.description = description
    self.classifier = classifier
    self.preparation = preparation
    self.photographs = photographs
    found = model.found
    labels = model.labels
  }

  private static func preparation(
    _ model: ExaminedModel, _ classifier: ClassifierDescription, _ photographs: TrialPhotographs?
  ) throws(SluiceError) -> ChosenPreparation {
    let progress = TrialProgress()
    defer { progress.clear() }
    return try PreparationChoice(model.probe, classifier, found: model.found, photographs: photographs).chosen {
      progress.update($0, $1)
    }
  }

  private static func photographs(
    _ paths: [String], _ classifier: ClassifierDescription, _ labels: [String]?
  ) throws(SluiceError) -> TrialPhotographs? {
    guard !paths.isEmpty else { return nil }
    let milliseconds = classifier.timings.map(\.milliseconds).min() ?? 10
    let classes = PathClasses(classCount: classifier.output.classCount, labels: labels)
    let numbers = PathClasses(classCount: classifier.output.classCount)
    return try TrialPhotographs(
      ArgumentBytes.paths(paths), count: PreparationChoice.photographCount(milliseconds: milliseconds),
      classes: { classes($0) }, numbers: { numbers($0) })
  }

  /// The model as a filter file names it.
  func planned(for filter: String) throws(SluiceError) -> PlannedModel {
    PlannedModel(
      path: try RelativePath.path(of: description.path, from: filter), fileName: description.fileName,
      description: classifier, preparation: preparation, outputQuantisation: found.outputQuantisation?.value)
  }

  /// How often this model and a second one see the same class on photographs that both were tried with.
  func agreement(with second: SetUpModel) -> ModelAgreement { ModelAgreement(seen, second.seen) }

  /// What the model sees on each photograph that it was tried with.
  private var seen: [String: Int] {
    let names = (photographs?.photographs ?? []).map(\.source)
    return Dictionary(zip(names, preparation.topClasses)) { first, _ in first }
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
    text.split(separator: "\n", omittingEmptySubsequences: false).map { String($0).printable }
      .joined(separator: "\n")
  }
}

/// A line on the terminal that tells what is being tried, and how far that is.
struct TrialProgress {
  private let isShown = Terminal.isTerminal(2) && Terminal.takesCodes

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

import Classifiers
import Common
import Files
import FilterPipeline
import Gateway
import ImageCodecs
import ModelSetup
import Pixels

/// Compares a filter's own model with one on a model server.
struct UpstreamParity {
  let file: FilterFile
  let environment: PipelineEnvironment
  let images: [String]
  /// Of probabilities.
  let tolerance: Double

  /// The report as text and as JSON, and whether the two are equal.
  struct Outcome {
    let text: String
    let json: JSONValue
    let isEqual: Bool
  }

  /// - Throws: `invalid-filter` for a filter without a classifier; what the models, the server and the images throw.
  func outcome(_ settings: ServedModel.Settings) async throws(SluiceError) -> Outcome {
    let definition = file.definition
    guard let configured = definition.classifier else {
      throw SluiceError(
        .invalidFilter, "the filter names no classifier whose predictions could be compared",
        remedy: "name it under `classifier`, or compare tensors with --tensors")
    }
    let classifier = try OpenVINOClassifier(
      definition.settings(of: configured, environment), form: definition.form, environment: environment.variables)
    try classifier.prepare(batch: 1)
    let labels = try configured.labelsPath.map { (path) throws(SluiceError) in
      try ClassLabels(readFile(path, atMost: Self.mostLabelBytes), path: path)
    }
    let served = try await ServedModel(settings, form: definition.form, classCount: classifier.classCount)
    let outcome: Result<Outcome, SluiceError>
    do throws(SluiceError) {
      outcome = .success(try await compared(served, classifier, configured.openVINO.scores, labels))
    } catch {
      outcome = .failure(error)
    }
    await served.close()
    return try outcome.get()
  }

  private static let mostLabelBytes = 10_000_000

  private func compared(
    _ served: ServedModel, _ classifier: OpenVINOClassifier, _ scores: ScoreKind, _ labels: ClassLabels?
  ) async throws(SluiceError) -> Outcome {
    guard let way = served.intake.way else {
      return Outcome(
        text: served.intake.text + "nothing was sent: the picture would have to be another one\n",
        json: .object(["equal": .bool(false), "input": served.intake.json]), isEqual: false)
    }
    let comparison = PredictionComparison(
      file.definition, classifier, scores: scores, server: served, way: way, tolerance: tolerance)
    let report = try await report(comparison)
    let fits = served.intake.misfits.isEmpty
    var members: [JSONValue.Member] = []
    if case .object(let reported) = report.json { members = reported.filter { $0.name != "equal" } }
    return Outcome(
      text: served.intake.text + report.text { labels?[$0] },
      json: .object(
        [.init(name: "equal", value: .bool(report.isEqual && fits)), .init(name: "input", value: served.intake.json)]
          + members),
      isEqual: report.isEqual && fits)
  }

  private func report(_ started: PredictionComparison) async throws(SluiceError) -> PredictionReport {
    var comparison = started
    let progress = TrialProgress()
    defer { progress.clear() }
    let paths = ArgumentBytes.paths(images)
    let inputs = RunInputs(PathList(paths, opensFolders: true), limit: file.definition.limits.maxBytes)
    var count = 0
    while let input = try inputs.next() {
      do throws(SluiceError) { try input.checkIsReadable() } catch { throw named(input.source, error) }
      // Folders hold lists of labels and the like as well.
      guard images.contains(input.source) || ImageFormat.at(0, in: input.bytes.span) != nil else { continue }
      do throws(SluiceError) {
        try await comparison.add(input.source, input.bytes)
      } catch {
        throw named(input.source, error)
      }
      count += 1
      progress.note("images", count)
    }
    return try await comparison.report { progress.update("settings", $0) }
  }

  private func named(_ source: String, _ error: SluiceError) -> SluiceError {
    var named = error
    named.message = "\(source): \(error.message)"
    return named
  }
}

extension ServedModel: ServedPredictions {}

extension ServedIntake {
  /// How images are sent; `nil` for an input that a filter has nothing for.
  fileprivate var way: ServedWay? {
    switch form {
    case .tensor(let form): .tensor(form)
    case .encodedImages: .file
    case .another: nil
    }
  }

  /// What the input is, and whether the filter's tensor fits.
  fileprivate var text: String {
    let what = "the served model's input `\(input)`"
    guard let declared else { return "\(what) is not described; it is sent the filter's tensor\n" }
    if form == .encodedImages { return "\(what) takes image files (\(declared))\n" }
    if misfits.isEmpty { return "\(what) takes the filter's tensor (\(declared))\n" }
    let lines = misfits.map { "  \($0.part.rawValue): the server takes \($0.server), the filter gives \($0.filter)\n" }
    let sent = form == .another ? "" : "  the same picture is sent in the form that the server takes\n"
    return "\(what) does not take the filter's tensor\n" + lines.joined() + sent
  }

  fileprivate var json: JSONValue {
    .object([
      "name": .string(input), "declared": declared.map(JSONValue.string) ?? .null,
      "takes": .string(way?.name ?? "another"), "fits": .bool(misfits.isEmpty && form != .another),
      "misfits": .array(
        misfits.map {
          .object([
            "part": .string($0.part.rawValue), "server": .string($0.server), "filter": .string($0.filter),
          ])
        }),
    ])
  }
}

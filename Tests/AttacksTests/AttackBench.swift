import Attacks
import Calibration
import Classifiers
import Common
import Files
import FilterPipeline
import ImageCodecs
import Pixels
import TestSupport

/// Two classes, by whether a picture is more red than blue; the left half counts twice.
struct RedOrBlue: Classifier {
  let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))
  let classCount = 2
  let description = "red or blue"
  /// Says of blue what is no number, as a model does that overflows.
  var failsOnBlue = false

  func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    var predictions: [Prediction] = []
    for index in 0..<batch.count {
      let image = batch.image(index)
      var difference: Float = 0
      for place in 0..<64 {
        let red = image.unsafeLoad(fromByteOffset: 4 * place, as: Float.self)
        let blue = image.unsafeLoad(fromByteOffset: 4 * (128 + place), as: Float.self)
        difference += (blue - red) * (place % 8 < 4 ? 2 : 1)
      }
      let blue = failsOnBlue && difference > 0 ? Float.nan : difference / 4
      predictions.append(try Prediction(logits: [0, blue].span))
    }
    return predictions
  }
}

/// A filter of 8×8 pixels within 16×16, pictures for it, and a folder for what an attack makes of them.
struct AttackBench {
  let folder: TemporaryFolder
  let filter: Pipeline
  let bare: Pipeline
  let paths: [String]

  static let digest: @Sendable ([UInt8]) -> String = { bytes in
    String(bytes.reduce(0xCBF2_9CE4_8422_2325 as UInt64) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }, radix: 16)
  }

  /// - Parameters:
  ///   - threshold: what the filter flags above; nothing without it.
  ///   - labels: the names of the two classes.
  ///   - maxBytes: the longest file that the filter takes.
  init(
    pictures: Int = 6, threshold: Double = 2, classifier: RedOrBlue = RedOrBlue(), labels: [String]? = nil,
    maxBytes: Int = 1_000_000
  ) throws {
    folder = try TemporaryFolder()
    var model = "model: none.onnx"
    if let labels { model += ", labels: \(try folder.file("labels.txt", labels.joined(separator: "\n")))" }
    let path = try folder.file(
      "filter.yaml",
      """
      version: 1
      name: attacked
      preprocess: [{resize: {shorterSide: 16, filter: bilinear}}, {centerCrop: 8}]
      tensor: {layout: nchw, type: float32}
      classifier: {openvino: {\(model)}}
      decode: {maxBytes: \(maxBytes)}
      detectors: [{featureSqueezing: {squeezers: [{median: 3}], distance: l1, threshold: \(threshold)}}]
      """)
    let definition = try FilterFile(path: path, variables: [:]).definition
    let environment = PipelineEnvironment(
      sha256: Self.digest, sha256OfFile: { _ throws(SluiceError) in "0" }, hmac: { _, _ in [] }, variables: [:],
      workers: 2)
    filter = try Pipeline(
      definition, identity: FilterIdentity(name: "attacked", digest: "0"),
      models: OpenedModels(classifier: classifier),
      services: try PipelineServices(definition, environment))
    bare = try filter.withoutDetectors(environment)
    var paths: [String] = []
    for number in 0..<pictures {
      var random = RandomNumbers(seed: "\(number)")
      // The last of them are of the other class.
      let isBlue = number >= pictures - 2
      let samples = (0..<20 * 16 * 3).map { index in
        UInt8(110 + random.index(below: 20) + (index % 3 == (isBlue ? 2 : 0) ? 4 : 0))
      }
      let image = PixelImage(size: PixelSize(width: 20, height: 16), channels: .rgb, samples: samples)
      paths.append(try folder.file("\(isBlue ? 1 : 0)_\(number).png", try image.encodedAsPNG()))
    }
    self.paths = paths
  }

  static func plan(
    _ key: AttackKey, _ settings: [String] = [], goal: AttackGoal = .classifier, sight: Sight = .scores,
    target: AttackPlan.Target? = nil, form: SavedForm = .png, budget: Int = 200, seed: Int = 0
  ) throws -> AttackPlan {
    try AttackPlan(
      key.kind, try key.kind.values(settings), goal: goal, sight: sight, target: target, form: form, budget: budget,
      seed: seed)
  }

  /// What an attack would begin at.
  func starts(_ plan: AttackPlan) async throws -> [AttackStart] {
    let run = AttackRun(
      plan, on: filter, classifierAlone: bare, into: AttackFolder("\(folder.path)/starts"), workers: 1,
      sha256: Self.digest)
    return try await run.starts(RunInputs(PathList(paths, opensFolders: true), limit: 1_000_000))
  }

  /// Carries out an attack, or a part of one.
  ///
  /// - Parameters:
  ///   - count: pictures beyond it are left alone.
  func attack(
    _ plan: AttackPlan, into name: String, count: Int = .max, workers: Int = 2, paths: [String]? = nil
  ) async throws -> AttackRecord {
    let output = AttackFolder("\(folder.path)/\(name)")
    try output.prepare()
    let run = AttackRun(
      plan, on: filter, classifierAlone: bare, into: output, workers: workers, sha256: Self.digest)
    let journal = try AttackJournal(output.journal, of: plan, on: filter.identity.digest)
    let all = paths ?? self.paths
    let starts = try await run.starts(RunInputs(PathList(all, opensFolders: true), limit: 1_000_000))
    let images = try await run.run(
      RunInputs(PathList(all, opensFolders: true), limit: 1_000_000), count: count, starts: starts, journal: journal)
    return AttackRecord(plan, filter.identity, date: "2026-11-28", images)
  }

  /// The files that an attack saved, by name, without the journal.
  func files(_ name: String) throws -> [String: [UInt8]] {
    let path = "\(folder.path)/\(name)"
    var files: [String: [UInt8]] = [:]
    for file in try folderContents(path) ?? [] {
      files[file.description] = try readFile("\(path)/\(file.description)", atMost: 1_000_000)
    }
    return files
  }

  func saved(_ name: String) throws -> Picture {
    let bytes = try readFile("\(folder.path)/\(name)", atMost: 1_000_000)
    return Picture(try ImageDecoder(limits: DecodeLimits()).decode(bytes.span).takePixels())
  }
}

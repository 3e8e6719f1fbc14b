import Classifiers
import Common
import FilterPipeline
import ImageCodecs
import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// Predictions of a served model compared with those of a filter's own: whether the model or the preparation differs.
struct PredictionParityTests {
  /// Scores that depend on the colours in four corners, so that every setting shows.
  private struct CornerClassifier: Classifier {
    let form: TensorForm
    let classCount = 4
    let description = "corners"
    var gain: Float = 1

    func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
      let bytes = batch.bytes
      let values = (0..<form.elementsPerImage).map { bytes.unsafeLoad(fromByteOffset: 4 * $0, as: Float.self) }
      let scores = Self.scores(values, form.size, gain)
      return [try Prediction(logits: scores.span)]
    }

    /// The mean of each corner of NCHW values, the channels weighted differently.
    static func scores(_ values: [Float], _ size: PixelSize, _ gain: Float) -> [Float] {
      (0..<4).map { corner in
        var sum: Float = 0
        for channel in 0..<3 {
          for y in 0..<size.height / 2 {
            for x in 0..<size.width / 2 {
              let (row, column) = (y + corner / 2 * (size.height / 2), x + corner % 2 * (size.width / 2))
              sum += values[(channel * size.height + row) * size.width + column] * Float(1 + channel)
            }
          }
        }
        return gain * 8 * sum / Float(size.area)
      }
    }
  }

  /// A server with that classifier behind a preparation of its own.
  private struct Server: ServedPredictions {
    let form: TensorForm
    var gain: Float = 1
    /// What it does to the elements of a tensor before its model sees them, as servers with embedded processing do.
    var change: @Sendable ([Float]) -> [Float] = { $0 }
    /// How it prepares files.
    var definition: FilterDefinition?
    var answersProbabilities = false

    func scores(of bytes: [UInt8], _ form: TensorForm) async throws(SluiceError) -> [Float] {
      answer(
        stride(from: 0, to: bytes.count, by: 4).map { start in
          Float(bitPattern: (0..<4).reduce(0) { $0 | UInt32(bytes[start + $1]) << (8 * UInt32($1)) })
        })
    }

    func scores(ofFile file: [UInt8]) async throws(SluiceError) -> [Float] {
      guard let definition else { throw SluiceError(.invalidTensor, "takes no files") }
      let image = definition.preprocessor.trappingApply(to: try ImageDecoder().decode(file.span).takePixels())
      let batch = definition.tensor.encoder(size: form.size, definition.normalisation).encoded(image)
      let bytes = batch.bytes
      return answer((0..<form.elementsPerImage).map { bytes.unsafeLoad(fromByteOffset: 4 * $0, as: Float.self) })
    }

    private func answer(_ values: [Float]) -> [Float] {
      let scores = CornerClassifier.scores(change(values), form.size, gain)
      return answersProbabilities ? (try? Prediction(logits: scores.span).probabilities) ?? [] : scores
    }
  }

  private typealias Pipeline = ParityTests.Pipeline

  /// Coloured, wider than high, with another weight in each corner.
  private static func picture(_ seed: Int) throws -> [UInt8] {
    let size = PixelSize(width: 97, height: 64)
    let samples = (0..<size.area * 3).map { place in
      let (pixel, channel) = (place / 3, place % 3)
      let (x, y) = (pixel % size.width, pixel / size.width)
      return UInt8(min(255, max(0, [x * 2, y * 3 + seed * 9, 220 - x - y][channel] + (x / 9 + y / 7 + seed) % 2 * 30)))
    }
    return try PixelImage(samples, width: size.width, height: size.height, channels: .rgb).encodedAsPNG()
  }

  private func report(
    _ server: Server, files: Bool = false, tolerance: Double = 0.005
  ) async throws -> PredictionReport {
    let definition = try Pipeline().definition()
    var comparison = PredictionComparison(
      definition, CornerClassifier(form: definition.form), scores: .logits, server: server,
      way: files ? .file : .tensor(definition.form), tolerance: tolerance)
    for seed in 0..<3 { try await comparison.add("picture \(seed)", try Self.picture(seed)) }
    return try await comparison.report()
  }

  private static func form() throws -> TensorForm { try Pipeline().definition().form }

  @Test("the same model is equal, whether it gives logits or probabilities", arguments: [false, true])
  func equal(givesProbabilities: Bool) async throws {
    var server = Server(form: try Self.form())
    server.answersProbabilities = givesProbabilities
    let report = try await report(server)
    #expect(report.isEqual && report.agreeing == 3 && report.largest < 1e-5)
    #expect(report.reading == (givesProbabilities ? "probabilities" : "logits"))
    #expect(report.text { _ in nil }.contains("have the same model"))
  }

  @Test("a served model that takes tensors of other values or channels is told from another model")
  func embeddedProcessing() async throws {
    var server = Server(form: try Self.form())
    let plane = server.form.size.area
    // It takes [0, 1] in the order B, G, R.
    server.change = { values in
      let normalised = values.map { ($0 - 0.5) / 0.5 }
      return Array(normalised[(2 * plane)...]) + Array(normalised[plane..<2 * plane]) + Array(normalised[..<plane])
    }
    let report = try await report(server)
    let explanation = try #require(report.explanation)
    #expect(explanation.isEqual)
    #expect(explanation.changes.map(\.stage) == [.normalise, .channelOrder])
    #expect(explanation.changes.map(\.reference) == ["[0, 1]", "BGR"])
    #expect(report.text { _ in nil }.contains("same model behind it"))
  }

  @Test(
    "the preparation of a server that takes files is found",
    arguments: [
      (Pipeline(preprocess: "[{resize: {width: 32, height: 32}}]"), [ParityStage.resize]),
      (
        Pipeline(
          preprocess: "[{resize: {shorterSide: 40}}, {centerCrop: 32}]", normalize: "{mean: [0, 0, 0], std: [1, 1, 1]}"),
        [.normalise]
      ),
      (
        Pipeline(
          preprocess: "[{resize: {width: 32, height: 32}}]", tensor: "{layout: nchw, type: float32, channels: bgr}"),
        [.resize, .channelOrder]
      ),
    ] as [(ParityTests.Pipeline, [ParityStage])])
  func otherPreparation(theirs: ParityTests.Pipeline, stages: [ParityStage]) async throws {
    var server = Server(form: try Self.form())
    server.definition = try theirs.definition()
    let report = try await report(server, files: true)
    let explanation = try #require(report.explanation)
    #expect(explanation.isEqual, "\(explanation)")
    #expect(explanation.changes.map(\.stage) == stages)
    #expect(!explanation.settings.isEmpty)
  }

  @Test(
    "another model is called one, and nearly the same one a matter of arithmetic", arguments: [-1, 1.02] as [Float])
  func otherModel(gain: Float) async throws {
    var server = Server(form: try Self.form())
    server.gain = gain
    let report = try await report(server, tolerance: 1e-4)
    #expect(report.explanation?.isEqual == false)
    #expect(report.isOfArithmetic == (gain > 0))
    let text = report.text { _ in "name" }
    #expect(text.contains(gain > 0 ? "another arithmetic" : "the server has another model"), "\(text)")
    #expect(gain > 0 || text.contains("name"))
  }

  @Test("numbers that change their kind between images end the comparison")
  func changingKind() async throws {
    let definition = try Pipeline().definition()
    struct Fickle: ServedPredictions {
      func scores(of bytes: [UInt8], _ form: TensorForm) async throws(SluiceError) -> [Float] {
        // Grey pictures have the same first and last element.
        bytes[0] == bytes[bytes.count - 4] ? [0.25, 0.25, 0.25, 0.25] : [9, -3, 0, 0]
      }
      func scores(ofFile file: [UInt8]) async throws(SluiceError) -> [Float] { [] }
    }
    var comparison = PredictionComparison(
      definition, CornerClassifier(form: definition.form), scores: .logits, server: Fickle(),
      way: .tensor(definition.form), tolerance: 0.01)
    let grey = PixelImage([UInt8](repeating: 128, count: 40 * 40 * 3), width: 40, height: 40, channels: .rgb)
    try await comparison.add("grey", try grey.encodedAsPNG())
    let started = comparison
    await #expect(throws: SluiceError.self) {
      var going = started
      try await going.add("picture", try Self.picture(0))
    }
  }

  @Test("a model with an 8-bit softmax may be sure of one picture and have nothing left to say of the next")
  func roundedAnswers() async throws {
    let definition = try Pipeline().definition()
    struct Rounding: ServedPredictions {
      func scores(of bytes: [UInt8], _ form: TensorForm) async throws(SluiceError) -> [Float] {
        // Grey pictures have the same first and last element.
        bytes[0] == bytes[bytes.count - 4] ? [1, 0, 0, 0] : [0, 0, 0, 0]
      }
      func scores(ofFile file: [UInt8]) async throws(SluiceError) -> [Float] { [] }
    }
    var comparison = PredictionComparison(
      definition, CornerClassifier(form: definition.form), scores: .roundedProbabilities, server: Rounding(),
      way: .tensor(definition.form), tolerance: 1)
    let grey = PixelImage([UInt8](repeating: 128, count: 40 * 40 * 3), width: 40, height: 40, channels: .rgb)
    try await comparison.add("grey", try grey.encodedAsPNG())
    try await comparison.add("picture", try Self.picture(0))
    let report = try await comparison.report()
    #expect(report.reading == "probabilities" && report.isEqual)
  }

  @Test func withoutImagesThereIsNothingToCompare() async throws {
    let definition = try Pipeline().definition()
    let comparison = PredictionComparison(
      definition, CornerClassifier(form: definition.form), scores: .logits, server: Server(form: definition.form),
      way: .file, tolerance: 0.01)
    await #expect(throws: SluiceError.self) { _ = try await comparison.report() }
  }
}

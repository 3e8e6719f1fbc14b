import Classifiers
import Common
import Detectors
import FilterPipeline
import Pixels
import Squeezers
import Synchronization
import TestSupport
import Testing

/// An autoencoder that gives back every image darkened.
private struct Darkening: Autoencoder {
  func reconstruction(of batch: borrowing TensorBatch) async throws(SluiceError) -> [Float] {
    let image = batch.image(0)
    return stride(from: 0, to: image.byteCount, by: 4).map {
      image.unsafeLoad(fromByteOffset: $0, as: Float.self) - 0.25
    }
  }
}

struct ModelBenchTests {
  private static let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 12, height: 12))

  private func definition(_ detectors: String, more: String = "", maxBatch: Int = 4) throws -> FilterDefinition {
    let folder = try TemporaryFolder()
    return try FilterFile(
      path: folder.file(
        "filter.yaml",
        """
        version: 1
        name: bench
        preprocess: [{resize: {width: 12, height: 12}}]
        tensor: {layout: nchw, type: float32}
        classifier: {openvino: {model: m.onnx, maxBatch: \(maxBatch)}}
        models: {second: {openvino: {model: s.onnx}}}
        autoencoders: {ae: {openvino: {model: a.onnx}}}
        \(more)
        detectors: [\(detectors)]
        """), variables: [:]
    ).definition
  }

  private func pipeline(
    _ definition: FilterDefinition, _ classifier: BrightnessClassifier, second: BrightnessClassifier? = nil
  ) throws -> Pipeline {
    try Pipeline(
      definition, identity: FilterIdentity(name: "bench", digest: "0"),
      models: .init(
        classifier: classifier, models: second.map { ["second": $0] } ?? [:],
        autoencoders: ["ae": Darkening()]),
      services: PipelineServices(sha256: { _ in "0" }))
  }

  private func judge(_ pipeline: Pipeline) async throws -> Verdict {
    await pipeline.judge(
      EncodedInput(source: "x", bytes: try EncodedImages.png(width: 30, height: 30)), id: 1,
      as: .init(asksEverything: true)
    ).verdict
  }

  @Test("every version is asked once, in a call of its own", arguments: [1, 4, 16])
  func versions(maxBatch: Int) async throws {
    let classifier = BrightnessClassifier(Self.form)
    let shared = "squeezers: [{median: 2}, mirror, {bitDepth: 3}]"
    let definition = try definition(
      "{featureSqueezing: {\(shared), threshold: 9}}, {featureSqueezing: {name: b, \(shared), threshold: 9}}, "
        + "{transformConsistency: {transforms: [mirror, {shift: 1}], threshold: 9}}, "
        + "{autoencoder: {model: ae, threshold: 9}}", maxBatch: maxBatch)
    let verdict = try await judge(try pipeline(definition, classifier))
    #expect(verdict.outcome == .clean, "\(verdict.error?.description ?? "")")
    #expect(classifier.batches.withLock { $0 } == [1, 1, 1, 1, 1, 1])
  }

  @Test func aReconstructionIsComparedInTheImagesOwnValues() async throws {
    let definition = try definition("{autoencoder: {model: ae, measure: absoluteError, threshold: 0.2}}")
    let verdict = try await judge(try pipeline(definition, BrightnessClassifier(Self.form)))
    let score = try #require(verdict.detectors.first?.score)
    // A quarter darker, but for the samples that cannot get darker than black.
    #expect(abs(try #require(score.value) - 0.25) < 0.03)
    #expect(verdict.outcome == .adversarial)
  }

  @Test func aSecondModelIsAskedOnceAndOnlyWhenADetectorNamesIt() async throws {
    let (classifier, second) = (BrightnessClassifier(Self.form), BrightnessClassifier(Self.form))
    let named = try definition(
      "{auxiliaryModel: {model: second, threshold: 0.1}}, {ensembleDisagreement: {models: [second], threshold: 0.1}}")
    let verdict = try await judge(try pipeline(named, classifier, second: second))
    #expect(verdict.outcome == .clean && verdict.detectors.map(\.score.value) == [0, 0])
    #expect(second.batches.withLock { $0 } == [1])
    let unnamed = try definition("{labelFlip: {}}")
    _ = try await judge(try pipeline(unnamed, classifier, second: second))
    #expect(second.batches.withLock { $0 } == [1])
  }

  @Test func aSecondModelOfOtherClassesIsRefused() throws {
    let definition = try definition("{auxiliaryModel: {model: second, threshold: 0.1}}")
    let error = #expect(throws: SluiceError.self) {
      try pipeline(
        definition, BrightnessClassifier(Self.form), second: BrightnessClassifier(Self.form, classCount: 5))
    }
    #expect(error?.message.contains("has 5 classes, the classifier 3") == true)
  }

  @Test func anAbstainingDetectorFlagsNothing() async throws {
    let definition = try definition("{scalingAttack: {threshold: -1000}}", more: "")
    let pipeline = try pipeline(definition, BrightnessClassifier(Self.form))
    let small = EncodedInput(source: "x", bytes: try EncodedImages.png(width: 14, height: 14))
    let verdict = await pipeline.judge(small, id: 1).verdict
    #expect(verdict.outcome == .clean)
    #expect(verdict.detectors.first?.score.value == nil)
    #expect(verdict.json.text.contains(#""score":null"#))
  }

  @Test func everyDetectorWithoutAModelBearsEveryShape() async throws {
    let definition = try definition(
      "{fileFindings: {}}, {scalingAttack: {threshold: 1e9}}, {chromaResidual: {threshold: 1e9}}, "
        + "{stripeNoise: {threshold: 1e9}}, {stripeConsistency: {threshold: 1e9}}, {patchEvidence: {threshold: 1e9}}")
    let pipeline = try pipeline(definition, BrightnessClassifier(Self.form))
    for (width, height) in [(1, 1), (1, 40), (40, 1), (2, 3), (31, 33), (32, 32), (400, 300), (4000, 30)] {
      for bytes in [
        try EncodedImages.png(width: width, height: height),
        try PixelImage(size: PixelSize(width: width, height: height), channels: .gray).encodedAsPNG(),
      ] {
        let verdict = await pipeline.judge(EncodedInput(source: "x", bytes: bytes), id: 1).verdict
        #expect(verdict.outcome == .clean, "\(width)×\(height): \(verdict.error?.description ?? "")")
        #expect(!verdict.json.text.contains("nan"))
      }
    }
  }

  @Test func aRefusedFindingIsAnImageRejected() async throws {
    let definition = try definition("{fileFindings: {polyglot: reject}}")
    let bytes = try EncodedImages.png() + Array("%PDF-1.4".utf8)
    let verdict = await (try pipeline(definition, BrightnessClassifier(Self.form)))
      .judge(EncodedInput(source: "x", bytes: bytes), id: 1).verdict
    #expect(verdict.outcome == .rejected)
    #expect(verdict.error?.code == .refusedFinding)
    #expect(verdict.detectors.first?.score.value == 1)
  }
}

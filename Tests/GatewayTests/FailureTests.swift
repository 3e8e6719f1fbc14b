import Classifiers
import Common
import FilterPipeline
import Gateway
import Pixels
import TestSupport
import Testing

/// A classifier that fails, closed and open.
struct FailureTests {
  private struct FailingClassifier: Classifier {
    let form: TensorForm
    let classCount = 2
    let description = "always fails"

    func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
      throw SluiceError(.classifierFailed, "always")
    }
  }

  private static func pipeline() throws(SluiceError) -> Pipeline {
    let form = TensorForm(element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))
    return try Pipeline(
      try definition(), identity: FilterIdentity(name: "test", digest: "0"),
      models: .init(classifier: FailingClassifier(form: form)), services: PipelineServices(sha256: { "\($0.count)" }))
  }

  private static func definition() throws(SluiceError) -> FilterDefinition {
    guard let folder = try? TemporaryFolder(),
      let path = try? folder.file(
        "filter.yaml",
        """
        version: 1
        name: test
        preprocess: [{resize: {width: 8, height: 8}}]
        tensor: {layout: nchw, type: float32}
        classifier: {openvino: {model: none.onnx}}
        detectors: [{featureSqueezing: {squeezers: [{median: 2}], distance: l1, threshold: 1}}]
        """)
    else { throw SluiceError(.unreadableFile, "no temporary folder") }
    return try FilterFile(path: path, variables: [:]).definition
  }

  @Test("what cannot be judged is held back, and forwarded only where that was asked for, which is counted")
  func failing() async throws {
    let metrics = GatewayMetrics(version: "1")
    let engine = try FilterEngine(workers: 1, metrics: metrics) { (_) throws(SluiceError) in try Self.pipeline() }
    let image = EncodedInput(source: "x", bytes: try EncodedImages.png(width: 8, height: 8))
    let memory = MemoryBudget(1_000_000)
    let closed = try await engine.judge([image], as: WantedJudgement(flagged: .observe), within: memory)
    #expect(closed.judgements[0].tensor == nil && closed.judgements[0].verdict.outcome == .failed)
    #expect(metrics.registry.value("sluice_failed_open_total") == 0)
    let open = try await engine.judge(
      [image, image], as: WantedJudgement(flagged: .enforce, failsOpen: true), within: memory)
    #expect(open.judgements.allSatisfy { $0.tensor != nil && $0.verdict.outcome == .failed })
    #expect(metrics.registry.value("sluice_failed_open_total") == 2)
    #expect(metrics.registry.text.contains(#"sluice_images_total{verdict="failed",action="unjudged"} 2"#))
  }
}

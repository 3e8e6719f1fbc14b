import Calibration
import Classifiers
import Common
import Files
import FilterPipeline
import Foundation
import TestSupport
import Testing

@Suite struct ModelArithmeticsTests {
  @Test(
    "the fastest arithmetic is taken in which nine of ten images keep their class, where it saves a seventh of the time and 0.1 ms",
    arguments: [
      ([(ComputedPrecision.f32, 64, 4.0), (.bf16, 63, 2), (.int8, 60, 1.5)], ComputedPrecision.int8),
      ([(.f32, 64, 4), (.bf16, 63, 2), (.int8, 57, 1.5)], .bf16),
      ([(.f32, 64, 4), (.bf16, 50, 2), (.int8, 57, 1.5)], .f32),
      ([(.f32, 64, 7), (.bf16, 64, 6.1)], .f32),
      ([(.f32, 64, 7), (.bf16, 64, 6)], .bf16),
      ([(.f32, 64, 4), (.int8, 64, 5)], .f32),
      ([(.f32, 64, 4)], .f32), ([(.f32, 64, 0.02), (.bf16, 64, 0.01)], .f32),
      ([(.f32, 64, 0.5), (.bf16, 64, 0.3)], .bf16), ([(.f32, 64, 0.19), (.bf16, 64, 0.1)], .f32),
    ])
  func cheapest(trials: [(ComputedPrecision, Int, Double)], taken: ComputedPrecision) {
    let arithmetics = ModelArithmetics(
      place: "classifier", quantised: nil, imageCount: 64,
      trials: trials.map { .init(precision: $0, sameClass: $1, distance: 0, milliseconds: $2) })
    #expect(arithmetics.cheapest?.precision == taken)
  }

  @Test func nothingTriedIsNothingTaken() {
    #expect(ModelArithmetics(place: "m", quantised: nil, imageCount: 0, trials: []).cheapest == nil)
  }

  @Test(
    "every model is tried in what the processor has instructions for, 8-bit integers only where the model permits them",
    .enabled(if: Requirements.hasEngine, "needs the inference engine"))
  func allModels() async throws {
    let folder = try TemporaryFolder()
    let convolutions = Repository.file("Samples/signs/model.onnx")
    let products = Repository.file("Tests/ClassifiersTests/Fixtures/logits.onnx")
    let filter = try folder.file(
      "filter.yaml",
      """
      version: 1
      name: arithmetic
      preprocess: [{resize: {shorterSide: 64}}, {centerCrop: 64}]
      normalize: {mean: [0.5, 0.5, 0.5], std: [0.5, 0.5, 0.5]}
      tensor: {layout: nchw, type: float32}
      classifier: {openvino: {model: "\(convolutions)"}}
      models:
        small: {openvino: {model: "\(products)"}, preprocess: [{resize: {width: 8, height: 8}}]}
      detectors:
        - auxiliaryModel: {model: small, distance: l1, threshold: 2}
      """)
    let environment = PipelineEnvironment(
      sha256: { _ in "" }, sha256OfFile: { path throws(SluiceError) in path }, hmac: { _, _ in [] },
      variables: ProcessInfo.processInfo.environment,
      workers: 1)
    var trial = try ArithmeticTrial.ofAllModels(try FilterFile(path: filter, variables: [:]).definition, environment)
    #expect(throws: SluiceError.self) { try trial.ranges() }
    let clean = try FileManager.default.contentsOfDirectory(atPath: Repository.file("Samples/signs/clean/test"))
    for name in clean.sorted().prefix(12) {
      let bytes = try Repository.bytes(Repository.file("Samples/signs/clean/test/\(name)"))
      try trial.add(EncodedInput(source: name, bytes: bytes))
    }
    let ranges = try trial.ranges()
    let outcomes = try await trial.outcomes(with: ranges, environment)
    var int8 = OpenVINOSettings(modelPath: convolutions)
    int8.precision = .int8
    let hasInt8 = try int8.computedPrecision(environment: ProcessInfo.processInfo.environment) == .int8
    #expect(outcomes.map(\.place) == ["classifier", "models.small"])
    #expect(outcomes.allSatisfy { $0.imageCount == 12 && $0.trials.first?.precision == .f32 })
    #expect(outcomes.allSatisfy { $0.trials.first?.sameClass == 12 && $0.trials.first?.distance == 0 })
    #expect(outcomes[0].trials.dropFirst().allSatisfy { $0.distance > 0 && $0.distance < 0.5 })
    #expect((outcomes[0][.int8] != nil) == hasInt8)
    #expect((outcomes[0].quantised.map { $0.convolutions > 0 } ?? false) == hasInt8)
    #expect(Array(ranges.models.keys) == (hasInt8 ? ["classifier"] : []))
    #expect(outcomes[1].quantised == nil && outcomes[1][.int8] == nil)
  }
}

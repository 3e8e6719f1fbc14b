import Classifiers
import Common
import Foundation
import Pixels
import TestSupport
import Testing

/// Models of a real size, which share more with the engine than small ones do.
@Suite(
  .enabled(if: Requirements.hasEngine && Repository.hasGoldenData, "needs the inference engine and ../shared"))
final class ImageNetModelTests {
  private static let model = "\(Repository.sharedData ?? "")/eval/imagenet/mobilenet_v2.onnx"
  private let folder = NSTemporaryDirectory() + "model-cache-\(UUID().uuidString)"

  deinit {
    try? FileManager.default.removeItem(atPath: folder)
  }

  private static func form(_ side: Int) -> TensorForm {
    TensorForm(element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: side, height: side))
  }

  private func open() throws -> OpenVINOClassifier {
    var environment = ProcessInfo.processInfo.environment
    environment[ModelCache.environmentVariable] = folder
    return try OpenVINOClassifier(
      OpenVINOSettings(modelPath: Self.model), form: Self.form(224), environment: environment,
      cache: ModelCache(environment: environment) { path throws(SluiceError) in path })
  }

  private func predictions(_ classifier: OpenVINOClassifier) async throws -> [Prediction] {
    var batch = TensorBatch(form: classifier.form, count: 1)
    var elements = batch.elements(ofImage: 0, as: Float.self)
    for index in 0..<elements.count { elements[index] = Float(index * 7919 % 1009) / 504.5 - 1 }
    return try await classifier.predictions(for: batch)
  }

  private func variants() async throws -> [[Prediction]] {
    let classifier = try open()
    try classifier.prepare(batch: 1)
    let witness = try classifier.derived(precision: .auto)
    let small = try classifier.derived(size: PixelSize(width: 160, height: 160))
    #expect(small.form == Self.form(160) && small.classCount == classifier.classCount)
    // What other code allocates must not lie where weights are in use.
    let churn = (0..<40).map { [UInt8](repeating: UInt8($0), count: 1 << 20) }
    let found = [try await predictions(classifier), try await predictions(witness), try await predictions(small)]
    #expect(churn.count == 40)
    return found
  }

  @Test func whatComesFromTheCacheGivesTheSameNumbers() async throws {
    let compiled = try await variants()
    let entries = try FileManager.default.contentsOfDirectory(atPath: folder)
    for _ in 0..<3 { #expect(try await variants() == compiled) }
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder).sorted() == entries.sorted())
  }
}

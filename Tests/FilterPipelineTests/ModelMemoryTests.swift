import Classifiers
import Common
import FilterPipeline
import Pixels
import Testing

/// What models add to the memory that judging an image is charged.
struct ModelMemoryTests {
  private struct Padded: Classifier {
    let form: TensorForm
    let classCount = 2
    let description = "padded"
    var leastBatch = 1

    func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] { [] }
  }

  private struct Mirror: Autoencoder {
    func reconstruction(of batch: borrowing TensorBatch) async throws(SluiceError) -> [Float] { [] }
  }

  private static let tensor = TensorForm.eightByEight.bytesPerImage

  private func bytes(
    _ detectors: String, classifier: Int = 1, looks: Int = 1, second: Int = 1
  ) throws -> Int {
    let file = try FilterFile(
      text: FilterFileTests.minimal + """

        classifier: {openvino: {model: m.onnx}}
        models: {second: {openvino: {model: s.onnx}}}
        autoencoders: {mirror: {openvino: {model: a.onnx}}}
        detectors: [\(detectors)]
        """)
    let form = TensorForm.eightByEight
    let models = OpenedModels(
      classifier: Padded(form: form, leastBatch: classifier), looks: [form.size: Padded(form: form, leastBatch: looks)],
      models: ["second": Padded(form: form, leastBatch: second)], autoencoders: ["mirror": Mirror()])
    let pipeline = try Pipeline(testing: file.definition, models: models)
    // An input that is refused takes nothing of its own.
    return pipeline.bytesForJudging(EncodedInput(source: "x", bytes: []))
  }

  private static let squeezing = "{featureSqueezing: {squeezers: [{median: 2}], distance: l1, threshold: 1}}"
  private static let opinion = "{auxiliaryModel: {model: second, temperature: 2, distance: labelDoubt, threshold: 1}}"
  private static let reconstruction = "{autoencoder: {model: mirror, measure: absoluteError, threshold: 1}}"

  @Test("an image is charged with whole calls of models that want several in each")
  func paddedCalls() throws {
    #expect(try bytes(Self.squeezing) == 3 * 3 * Self.tensor)
    #expect(try bytes(Self.squeezing, classifier: 16) == 3 * 18 * Self.tensor)
    #expect(try bytes(Self.squeezing, looks: 32) == 3 * 34 * Self.tensor)
    #expect(try bytes(Self.opinion, second: 64) == 3 * 66 * Self.tensor)
  }

  @Test("an autoencoder counts with what it takes and what it gives")
  func autoencoders() throws {
    #expect(try bytes(Self.reconstruction) == 3 * 4 * Self.tensor)
  }
}

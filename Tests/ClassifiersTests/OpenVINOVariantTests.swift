import Classifiers
import Common
import Foundation
import Pixels
import TestSupport
import Testing

/// One model file in several arithmetics and at several sizes.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct OpenVINOVariantTests {
  private static let environment = ProcessInfo.processInfo.environment

  private static func form(_ side: Int) -> TensorForm {
    TensorForm(element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: side, height: side))
  }

  private func settings(_ model: String, _ precision: InferencePrecision = .f32) -> OpenVINOSettings {
    var settings = OpenVINOSettings(modelPath: Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx"))
    settings.precision = precision
    return settings
  }

  private func classifier(_ model: String, _ precision: InferencePrecision = .f32) throws -> OpenVINOClassifier {
    try OpenVINOClassifier(settings(model, precision), form: Self.form(8), environment: Self.environment)
  }

  /// One image whose red is 1 and whose other channels are 0.
  private func red(_ side: Int) -> TensorBatch {
    var batch = TensorBatch(form: Self.form(side), count: 1)
    var elements = batch.elements(ofImage: 0, as: Float.self)
    for pixel in 0..<side * side { elements[pixel] = 1 }
    return batch
  }

  @Test(
    "the default is single precision, and every setting says beforehand what it comes to",
    arguments: InferencePrecision.allCases)
  func precisionIsKnownBeforehand(setting: InferencePrecision) throws {
    #expect(OpenVINOSettings(modelPath: "").precision == .f32)
    let beforehand = try settings("logits", setting).computedPrecision(environment: Self.environment)
    #expect(try classifier("logits", setting).precision == beforehand)
    if setting == .f32 { #expect(beforehand == .f32) }
  }

  @Test func singlePrecisionIsKnownWithoutAnEngine() throws {
    #expect(try settings("logits").computedPrecision(environment: ["SLUICE_OPENVINO": "/nowhere"]) == .f32)
    let error = #expect(throws: SluiceError.self) {
      try settings("logits", .auto).computedPrecision(environment: ["SLUICE_OPENVINO": "/nowhere"])
    }
    #expect(error?.code == .engineNotFound)
  }

  @Test(
    "a model that averages over all places is asked at other sizes, though its file fixes one", arguments: [4, 5, 16])
  func otherSizes(side: Int) async throws {
    let original = try classifier("logits")
    let derived = try original.derived(size: PixelSize(width: side, height: side))
    #expect(derived.form == Self.form(side) && derived.classCount == 4)
    let wanted = try await original.predictions(for: red(8))[0]
    let found = try await derived.predictions(for: red(side))[0]
    for (value, wanted) in zip(found.probabilities, wanted.probabilities) { #expect(abs(value - wanted) < 1e-5) }
    // Reshaping what is shared changes nothing for the original, also for a batch size that is new to it.
    #expect(try await original.predictions(for: red(8)) == [wanted])
    try original.prepare(batch: 3)
  }

  @Test(
    "a size that a model cannot take is refused, and the model itself still runs",
    arguments: [("flattened", 4), ("flattened", 12), ("spread", 4)])
  func refusedSizes(model: String, side: Int) async throws {
    let original = try classifier(model)
    let error = #expect(throws: SluiceError.self) {
      try original.derived(size: PixelSize(width: side, height: side))
    }
    #expect(error?.code == .modelMismatch)
    #expect(error?.message.contains("\(side)×\(side)") == true, "\(error?.message ?? "")")
    #expect(error?.remedy?.contains("size that the model was made for") == true)
    #expect(try await original.predictions(for: red(8)).count == 1)
  }

  @Test func aWitnessInAnotherArithmeticIsOfTheSameModel() async throws {
    let original = try classifier("logits")
    let witness = try original.derived(precision: .auto)
    #expect(original.precision == .f32)
    #expect(try witness.precision == settings("logits", .auto).computedPrecision(environment: Self.environment))
    let (own, other) = (try await original.predictions(for: red(8))[0], try await witness.predictions(for: red(8))[0])
    #expect(own.topClass == other.topClass && abs(own.topProbability - other.topProbability) < 0.05)
  }

  @Test(
    "automatic is bfloat16 only where it is native; bfloat16 is what the engine accepts",
    arguments: [
      (InferencePrecision.auto, false, true, ComputedPrecision.f32), (.auto, true, true, .bf16),
      (.bf16, false, true, .bf16), (.bf16, false, false, .f32), (.bf16, true, false, .bf16), (.f32, true, true, .f32),
    ])
  func resolution(setting: InferencePrecision, native: Bool, accepts: Bool, computed: ComputedPrecision) throws {
    #expect(try setting.resolved(hasNativeBFloat16: native, hasNativeInt8: false, acceptsBFloat16: accepts) == computed)
  }
}

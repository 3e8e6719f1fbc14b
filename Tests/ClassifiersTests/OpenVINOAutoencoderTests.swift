import Classifiers
import Common
import Foundation
import Pixels
import TestSupport
import Testing

@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct OpenVINOAutoencoderTests {
  private static let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))

  private func autoencoder(_ model: String, output: String?, _ precision: InferencePrecision = .f32) throws
    -> OpenVINOAutoencoder
  {
    var settings = OpenVINOSettings(modelPath: Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx"))
    settings.output = output
    settings.precision = precision
    return try OpenVINOAutoencoder(settings, form: Self.form, environment: ProcessInfo.processInfo.environment)
  }

  @Test func theReconstructionComesBackElementByElement() async throws {
    var batch = TensorBatch(form: Self.form, count: 1)
    var elements = batch.elements(ofImage: 0, as: Float.self)
    for index in 0..<elements.count { elements[index] = Float(index) }
    let values = try await autoencoder("autoencoder", output: "reconstruction").reconstruction(of: batch)
    #expect(values == (0..<192).map { Float($0) / 2 })
  }

  @Test(
    "an autoencoder says what it computes in, as its settings do", arguments: [InferencePrecision.f32, .bf16, .auto])
  func precision(setting: InferencePrecision) async throws {
    let environment = ProcessInfo.processInfo.environment
    var settings = OpenVINOSettings(modelPath: "")
    settings.precision = setting
    let autoencoder = try autoencoder("autoencoder", output: "reconstruction", setting)
    #expect(try autoencoder.precision == settings.computedPrecision(environment: environment))
    #expect(try await autoencoder.reconstruction(of: TensorBatch(form: Self.form, count: 1)).allSatisfy { $0 == 0 })
  }

  @Test func anOutputThatIsNoImageIsRefused() throws {
    let error = #expect(throws: SluiceError.self) { try autoencoder("autoencoder", output: "code") }
    #expect(error?.code == .modelMismatch)
    #expect(error?.message.contains("`code` (float32 ?×3)") == true, "\(error?.message ?? "")")
    let unnamed = #expect(throws: SluiceError.self) { try autoencoder("autoencoder", output: nil) }
    #expect(unnamed?.description.contains("name its output") == true)
  }

  @Test func aHugeFixedBatchIsRefused() throws {
    let error = #expect(throws: SluiceError.self) { try autoencoder("batch-of-thousands", output: nil) }
    #expect(error?.code == .modelMismatch && error?.remedy?.contains("at most 64") == true, "\(error?.message ?? "")")
  }
}

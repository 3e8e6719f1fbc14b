import Classifiers
import Common
import Foundation
import Pixels
import TestSupport
import Testing

@Suite struct BatchAgreementTests {
  private static let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))

  private static func means(_ batch: borrowing TensorBatch) -> [Float] {
    var means: [Float] = []
    for index in 0..<batch.count {
      let image = batch.image(index)
      var sum: Float = 0
      for place in 0..<image.byteCount / 4 { sum += image.unsafeLoad(fromByteOffset: 4 * place, as: Float.self) }
      means.append(sum / Float(image.byteCount / 4))
    }
    return means
  }

  /// A model that takes the mean of each picture, and does something with those of a call.
  private func holds(_ count: Int, _ change: ([Float]) -> [Float]) -> Bool {
    func alone(_ pattern: Int) throws(SluiceError) -> [Float] {
      change(Self.means(TestPatterns(form: Self.form).batch(pattern)))
    }
    func together(_ batch: borrowing TensorBatch) throws(SluiceError) -> [Float] { change(Self.means(batch)) }
    return BatchAgreement.holds(Self.form, count: count, alone: alone, together: together)
  }

  @Test("pictures that are judged each by itself agree", arguments: [1, 2, 4, 9])
  func apart(count: Int) {
    #expect(holds(count) { $0 })
  }

  @Test("a mean, a scale or a swap over the pictures of a call is seen, also where the first picture is right")
  func mixed() {
    #expect(!holds(4) { means in means.map { $0 - means.reduce(0, +) / Float(means.count) } })
    #expect(!holds(4) { means in means.map { $0 / (means.map(abs).max() ?? 1) } })
    #expect(!holds(4) { $0.enumerated().map { $0.offset == 0 ? $0.element : $0.element + 40 } })
    #expect(!holds(4) { Array($0.prefix(1) + $0.dropFirst().reversed()) })
    #expect(!holds(4) { $0.map { _ in .nan } })
    #expect(!holds(4) { Array($0.dropLast()) })
  }

  @Test("a call that fails is no agreement")
  func failing() {
    func alone(_ pattern: Int) throws(SluiceError) -> [Float] { [1] }
    func together(_ batch: borrowing TensorBatch) throws(SluiceError) -> [Float] {
      throw SluiceError(.classifierFailed, "\(batch.count) are too many")
    }
    #expect(!BatchAgreement.holds(Self.form, count: 2, alone: alone, together: together))
  }

  @Test(
    "models that mix pictures, or take one only, are asked one picture at a time",
    .enabled(if: Requirements.hasEngine, "needs the inference engine"), arguments: ["mixing", "made-for-one"])
  func singleCalls(model: String) throws {
    let settings = OpenVINOSettings(modelPath: Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx"))
    let classifier = try OpenVINOClassifier(
      settings, form: Self.form, environment: ProcessInfo.processInfo.environment)
    #expect(try classifier.callSizes(largest: 8) == [1])
  }
}

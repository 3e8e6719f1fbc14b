import Classifiers
import Common
import Files
import Foundation
import Pixels
import TestSupport
import Testing

/// Models that are asked from one of their inner tensors on.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct InnerInputTests {
  private static func fixture(_ name: String) -> String {
    Repository.file("Tests/ClassifiersTests/Fixtures/\(name).onnx")
  }

  private static func form(_ side: Int, _ element: TensorElement = .float32) -> TensorForm {
    TensorForm(element: element, layout: .nchw, channels: .rgb, size: PixelSize(width: side, height: side))
  }

  private func classifier(
    _ path: String, from input: String?, output: String? = "logits", side: Int = 4, _ variables: [String: String] = [:],
    cache: ModelCache? = nil
  ) throws(SluiceError) -> OpenVINOClassifier {
    var settings = OpenVINOSettings(modelPath: path)
    settings.input = input
    settings.output = output
    return try OpenVINOClassifier(
      settings, form: Self.form(side), environment: ProcessInfo.processInfo.environment, cache: cache)
  }

  /// One image whose numbers differ from place to place.
  private func ramp(_ side: Int) -> TensorBatch {
    var batch = TensorBatch(form: Self.form(side), count: 1)
    var elements = batch.elements(ofImage: 0, as: Float.self)
    for place in elements.indices { elements[place] = Float(place * 7 % 11) / 11 }
    return batch
  }

  @Test("behind its own preparation a model says what it would say of a prepared picture", arguments: [1, 4, 6, 13])
  func isTheRestOfTheModel(side: Int) async throws {
    let rest = try classifier(Self.fixture("prepared"), from: "prepared", side: side)
    let plain = try classifier(Self.fixture("logits"), from: nil, side: 8).derived(
      size: PixelSize(width: side, height: side))
    let (found, wanted) = (
      try await rest.predictions(for: ramp(side))[0], try await plain.predictions(for: ramp(side))[0]
    )
    for (value, wanted) in zip(found.probabilities, wanted.probabilities) { #expect(abs(value - wanted) < 1e-5) }
  }

  @Test("the ending may be written in capitals")
  func capitalEnding() async throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("PREPARED.ONNX", readFile(Self.fixture("prepared"), atMost: 1 << 20))
    let (renamed, plain) = (
      try classifier(path, from: "prepared"), try classifier(Self.fixture("prepared"), from: "prepared")
    )
    #expect(try await renamed.predictions(for: ramp(4)) == plain.predictions(for: ramp(4)))
  }

  @Test("a whole model is asked as ever, beside its part")
  func wholeModel() async throws {
    let whole = try classifier(Self.fixture("prepared"), from: "input", side: 8)
    #expect(try await whole.predictions(for: ramp(8))[0].probabilities.count == 4)
  }

  @Test(
    "what cannot be asked from a tensor is refused, and says why",
    arguments: [
      // No node makes it.
      ("prepared", "elsewhere", "logits", "has no input `elsewhere`"),
      ("prepared", "weights", "logits", "has no input `weights`"),
      // `mixed` is made of the picture as it came as well, and nothing comes after an output.
      ("prepared", "brightness", "mixed", "no output of the model"),
      ("prepared", "logits", "logits", "no output of the model"),
      ("prepared", "prepared", "mixed", "has no output `mixed`"),
      // The wrong rank: the means are a row, and not a picture.
      ("prepared", "means", "logits", "cannot take an input of 1×3×4×4"),
      ("without-weights", "means", "logits", "has its weights in"),
      ("weights-beside", "means", "logits", "has weights in files of their own"),
    ])
  func refused(model: String, input: String, output: String, said: String) {
    let error = #expect(throws: SluiceError.self) {
      try classifier(Self.fixture(model), from: input, output: output).prepare(batch: 1)
    }
    #expect(error?.message.contains(said) == true, "\(error?.message ?? "")")
  }

  @Test("a tensor of half precision is asked from where the file says so; where it does not, what would help is said")
  func halfPrecision() throws {
    var settings = OpenVINOSettings(modelPath: Self.fixture("inner-half"))
    settings.input = "prepared"
    let environment = ProcessInfo.processInfo.environment
    let form = Self.form(8, .float16)
    try OpenVINOClassifier(settings, form: form, environment: environment).prepare(batch: 1)
    settings.modelPath = Self.fixture("inner-half-unsaid")
    let error = #expect(throws: SluiceError.self) {
      try OpenVINOClassifier(settings, form: form, environment: environment)
    }
    #expect(error?.code == .engineFailed && error?.message.contains("failed at") == false, "\(error?.message ?? "")")
    #expect(error?.remedy?.contains("does not say of which type `prepared` is: name another tensor") == true)
  }

  @Test("damaged models are errors, wherever they were damaged")
  func damaged() throws {
    let folder = try TemporaryFolder()
    let bytes = try readFile(Self.fixture("prepared"), atMost: 1 << 20)
    let path = folder.path + "/model.onnx"
    for count in stride(from: 0, to: bytes.count, by: 11) {
      try Data(bytes.prefix(count)).write(to: URL(filePath: path))
      #expect(throws: SluiceError.self) { try classifier(path, from: "prepared").prepare(batch: 1) }
    }
    var flipped = bytes
    for place in stride(from: 0, to: bytes.count, by: 13) {
      flipped[place] ^= 0xFF
      try Data(flipped).write(to: URL(filePath: path))
      // Some changes leave a model that works; none may end the process.
      try? classifier(path, from: "prepared").prepare(batch: 1)
      flipped[place] = bytes[place]
    }
  }

  @Test("the cache keeps the whole model and its part apart")
  func cached() async throws {
    let folder = try TemporaryFolder()
    let cache = ModelCache(
      environment: [ModelCache.environmentVariable: folder.path + "/cache"], sha256OfFile: { path in path })
    var found: [Prediction] = []
    for _ in 0..<2 {
      let part = try classifier(Self.fixture("prepared"), from: "prepared", cache: cache)
      let whole = try classifier(Self.fixture("prepared"), from: nil, side: 8, cache: cache)
      found.append(try await part.predictions(for: ramp(4))[0])
      found.append(try await whole.predictions(for: ramp(8))[0])
    }
    #expect(found[0] == found[2] && found[1] == found[3])
  }
}

import Classifiers
import Common
import Files
import Foundation
import Pixels
import TestSupport
import Testing

/// Which tensors become outputs, so that the engine computes the model that the file holds.
struct ExposedTensorsTests {
  private static func names(_ path: String) -> [String] { ExposedTensors(ofModelAt: path).names }

  @Test(
    "a pooling behind a convolution is given out unless what is done with it is known to be done rightly",
    arguments: [
      ("pooled-abs", ["pooled"]), ("pooled-silu", ["pooled"]), ("pooled-hardswish", ["pooled"]),
      ("pooled-falling", ["pooled"]), ("pooled-turned", ["pooled"]), ("pooled-beside", ["pooled"]),
      ("pooled-backwards", ["pooled"]),
      ("pooled-relu", []), ("pooled-behind-relu", []),
    ] as [(String, [String])])
  func poolings(model: String, exposed: [String]) {
    #expect(Self.names(FusedModel.path(model)) == exposed)
  }

  @Test(
    "so is what goes into a convolution of single places that steps over some of a padded or split tensor",
    arguments: [
      ("strided", []), ("strided-padded", ["first"]), ("strided-behind-pad", ["padded"]),
      ("strided-behind-padded", ["second"]), ("strided-behind-split", ["product"]),
      ("strided-behind-slices", ["product"]),
    ] as [(String, [String])])
  func strides(model: String, exposed: [String]) {
    #expect(Self.names(FusedModel.path(model)) == exposed)
  }

  @Test("what is no ONNX model has nothing to give out, whatever it is called, and an ONNX model has it by any name")
  func otherFiles() throws {
    let folder = try TemporaryFolder()
    let bytes = try readFile(FusedModel.path("pooled-abs"), atMost: 1 << 20)
    #expect(Self.names(try folder.file("model.dat", bytes)) == ["pooled"])
    #expect(Self.names(try folder.file("model.onnx", "no model")) == [])
    #expect(Self.names(Repository.file("Tests/ModelSetupTests/Fixtures/nameless.xml")) == [])
    #expect(Self.names(Repository.file("Tests/ModelSetupTests/Fixtures/quantised.tflite")) == [])
    #expect(Self.names("\(folder.path)/missing.onnx") == [])
    for count in stride(from: 0, to: bytes.count, by: 7) {
      _ = Self.names(try folder.file("cut.onnx", Array(bytes.prefix(count))))
    }
  }

  @Test("nothing of the model of the signs is given out")
  func signs() {
    #expect(Self.names(Repository.file("Samples/signs/model.onnx")) == [])
  }

  @Test(
    "nothing of the models of the shipped filters is given out",
    .enabled(if: Repository.hasGoldenData, "needs ../shared"))
  func shippedModels() throws {
    let folder = "\(Repository.sharedData ?? "")/eval/imagenet"
    for model in ["mobilenet_v2", "auxiliary_mobilenet_v1"] {
      let path = "\(folder)/\(model).onnx"
      #expect(FileManager.default.fileExists(atPath: path))
      #expect(ExposedTensors(ofModelAt: path).text == nil)
    }
  }
}

/// Models that the engine would compute as other networks, did nobody keep it from that.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct FusedModelTests {
  private static let environment = ProcessInfo.processInfo.environment
  private static let form = TensorForm(
    element: .float32, layout: .nchw, channels: .rgb, size: PixelSize(width: 8, height: 8))

  private func classifier(
    _ model: String, _ precision: InferencePrecision = .f32, ranges: ActivationRanges? = nil, from input: String? = nil,
    output: String? = nil, cache: ModelCache? = nil
  ) throws(SluiceError) -> OpenVINOClassifier {
    var settings = OpenVINOSettings(modelPath: FusedModel.path(model))
    settings.precision = precision
    settings.activationRanges = ranges
    settings.input = input
    settings.output = output
    return try OpenVINOClassifier(settings, form: Self.form, environment: Self.environment, cache: cache)
  }

  private func batch(_ picture: [Float]) -> TensorBatch {
    var batch = TensorBatch(form: Self.form, count: 1)
    var elements = batch.elements(ofImage: 0, as: Float.self)
    for place in elements.indices { elements[place] = picture[place] }
    return batch
  }

  private func difference(_ classifier: OpenVINOClassifier, _ model: String) async throws -> Float {
    var largest: Float = 0
    for picture in FusedModel.pictures {
      let logits = FusedModel(model).logits(picture)
      let wanted = try Prediction(logits: logits.span).logProbabilities
      let found = try await classifier.predictions(for: batch(picture))[0].logProbabilities
      for (value, wanted) in zip(found, wanted) { largest = max(largest, abs(value - wanted)) }
    }
    return largest
  }

  @Test(
    "the answers are those of the model",
    arguments: [
      "pooled-abs", "pooled-silu", "pooled-hardswish", "pooled-falling", "pooled-turned", "pooled-relu",
      "pooled-backwards",
      "pooled-behind-relu", "strided", "strided-padded", "strided-behind-pad", "strided-behind-padded",
      "strided-behind-split", "strided-behind-slices",
    ])
  func answers(model: String) async throws {
    #expect(try await difference(classifier(model), model) < 1e-3)
  }

  @Test("they are the same from the cache, and from an inner tensor on that stands before what is given out")
  func cachedAndFromWithin() async throws {
    let folder = try TemporaryFolder()
    let cache = ModelCache(
      environment: [ModelCache.environmentVariable: folder.path + "/cache"], sha256OfFile: { path in path })
    for _ in 0..<2 {
      let model = try classifier("pooled-abs", cache: cache)
      #expect(try await difference(model, "pooled-abs") < 1e-3)
      let rest = try classifier("pooled-prepared", from: "prepared", cache: cache)
      #expect(try await difference(rest, "pooled-abs") < 1e-3)
    }
  }

  @Test("nobody is told of an output that was added, and nobody can name it")
  func hiddenOutputs() throws {
    let probe = try ModelProbe(path: FusedModel.path("pooled-abs"), environment: Self.environment)
    #expect(probe.outputs.map(\.name) == ["logits"])
    #expect(try probe.output(alsoCalled: "pooled") == nil)
    let error = #expect(throws: SluiceError.self) { try classifier("pooled-abs", output: "pooled") }
    #expect(error?.code == .modelMismatch && error?.message.contains("no output `pooled`") == true)
    #expect(error?.remedy?.contains("`pooled`") == false)
  }

  @Test("weights in files of their own are refused where a tensor would have to be given out, with what helps")
  func weightsBeside() {
    let error = #expect(throws: SluiceError.self) { try classifier("pooled-beside") }
    #expect(error?.code == .modelMismatch && error?.message.contains("`pooled` is given out") == true)
    #expect(error?.remedy?.contains("onnx.save(onnx.load(") == true)
  }

  @Test("ranges for 8 bits are those of the model, and answers in 8 bits stay near to it")
  func quantised() async throws {
    let model = "pooled-abs"
    var observer = try ActivationObserver(
      OpenVINOSettings(modelPath: FusedModel.path(model)), form: Self.form, environment: Self.environment)
    for picture in FusedModel.pictures { observer.add(try observer.extremes(of: batch(picture))) }
    #expect(Set(observer.ranges.ranges.keys) == ["input", "activated"])
    let values = FusedModel.pictures.flatMap { FusedModel(model).activated($0).values }
    let found = observer.ranges.ranges["activated"]
    #expect(abs((found?.lowerBound ?? .infinity) - (values.min() ?? 0)) < 1e-4)
    #expect(abs((found?.upperBound ?? .infinity) - (values.max() ?? 0)) < 1e-4)
    let quantised = try classifier(model, .int8, ranges: observer.ranges)
    let exact = try classifier(model)
    for picture in FusedModel.pictures {
      let rounded = try await quantised.predictions(for: batch(picture))[0].probabilities
      let wanted = try await exact.predictions(for: batch(picture))[0].probabilities
      for (value, wanted) in zip(rounded, wanted) { #expect(abs(value - wanted) < 0.05) }
    }
  }
}

/// The networks of the models that make_models.py writes as `pooled-…` and `strided…`.
private struct FusedModel {
  let name: String

  init(_ name: String) { self.name = name }

  static func path(_ name: String) -> String { Repository.file("Tests/ClassifiersTests/Fixtures/\(name).onnx") }

  /// Pictures of which convolutions make much below zero, where activations fall.
  static let pictures: [[Float]] = (0..<4).map { picture in
    let brightness: [Float] = [0, 3, -3, 8]
    return (0..<192).map { place in
      let number = Float((place * 7 + picture * 5 + place / 23) % 23 - 11)
      return brightness[picture] + number / 4
    }
  }

  private static let bias: [Float] = [0.5, -0.25, 0, 0.125]

  private func first(_ picture: [Float], channels: Int, bias: [Float]) -> NaivePlanes {
    NaivePlanes(channels: 3, side: 8, values: picture).convolved(
      spreadWeights([channels, 3, 3, 3], axis: 0, salt: 0), outputs: channels, kernel: 3, padding: 1, bias: bias)
  }

  /// Of a model with a pooling: what goes into the second convolution.
  func activated(_ picture: [Float]) -> NaivePlanes {
    let first = first(picture, channels: 4, bias: Self.bias)
    switch name {
    case "pooled-silu": return first.pooled.mapped { $0 / (1 + exp(-$0)) }
    case "pooled-hardswish": return first.pooled.mapped { $0 * min(max($0 / 6 + 0.5, 0), 1) }
    case "pooled-falling": return first.pooled.mapped { $0 < 0 ? -0.5 * $0 : $0 }
    case "pooled-turned": return first.pooled.turned.mapped { abs($0) }
    case "pooled-relu": return first.pooled.mapped { max($0, 0) }
    case "pooled-behind-relu": return first.mapped { max($0, 0) }.pooled
    default: return first.pooled.mapped { abs($0) }
    }
  }

  private func last(_ picture: [Float]) -> NaivePlanes {
    guard name.hasPrefix("strided") else {
      return activated(picture).convolved(
        spreadWeights([4, 4, 3, 3], axis: 0, salt: 1), outputs: 4, kernel: 3, padding: 1)
    }
    let isSplit = ["strided-behind-split", "strided-behind-slices"].contains(name)
    let isPadded = ["strided-padded", "strided-behind-pad"].contains(name)
    var before = first(picture, channels: isSplit ? 8 : 4, bias: [])
    if isSplit { before = before.productOfHalves }
    if name == "strided-behind-padded" {
      before = before.convolved(spreadWeights([4, 4, 1, 1], axis: 0, salt: 2), outputs: 4, kernel: 1, padding: 1)
    }
    return before.convolved(
      spreadWeights([4, 4, 1, 1], axis: 0, salt: 1), outputs: 4, kernel: 1, padding: isPadded ? 1 : 0, step: 2)
  }

  func logits(_ picture: [Float]) -> [Float] {
    let (means, matrix) = (last(picture).means, spreadWeights([4, 4], axis: 1, salt: 9))
    return (0..<4).map { column in
      means.indices.reduce(Float(0)) { $0 + means[$1] * 4 * matrix[$1 * 4 + column] }
    }
  }
}

import Classifiers
import Common
import FilterPipeline
import Pixels
import Preprocessing
import TestSupport
import Testing

/// Steps and outputs of models that were trained with other programs.
struct PreprocessStepTests {
  private func filter(_ step: String, model: String = "model: m.onnx") throws -> FilterDefinition {
    let folder = try TemporaryFolder()
    let text = """
      version: 1
      name: steps
      preprocess: [{\(step)}, {centerCrop: 8}]
      tensor: {layout: nchw, type: float32}
      classifier: {openvino: {\(model)}}
      """
    return try FilterFile(path: try folder.file("f.yaml", text), variables: [:]).definition
  }

  @Test(arguments: [
    ("resize: {shorterSide: 9, antialias: false}", PreprocessStep.resizeShorterSide(9, .sampled(.bilinear))),
    ("resize: {shorterSide: 9, antialias: true}", .resizeShorterSide(9, .bilinear)),
    (
      "resize: {width: 9, height: 8, antialias: false}",
      .resizeExactly(PixelSize(width: 9, height: 8), .sampled(.bilinear))
    ),
    ("resize: {shorterSide: 9, filter: bicubic, antialias: false}", .resizeShorterSide(9, .sampled(.bicubic))),
    (
      "resize: {width: 9, height: 8, filter: nearest, antialias: false}",
      .resizeExactly(PixelSize(width: 9, height: 8), .sampled(.nearest))
    ),
    ("centerCrop: {width: 9, height: 8}", .centerCrop(PixelSize(width: 9, height: 8))),
    (
      "centerCrop: {width: 9, height: 8, rounding: halfToEven}",
      .centerCrop(PixelSize(width: 9, height: 8), rounding: .halfToEven)
    ),
    (
      "centerCrop: {width: 9, height: 8, rounding: down}",
      .centerCrop(PixelSize(width: 9, height: 8), rounding: .down)
    ),
    ("letterbox: {width: 9, height: 8}", .letterbox(PixelSize(width: 9, height: 8), .bilinear, level: 0)),
    (
      "letterbox: {width: 9, height: 8, filter: bicubic, level: 114}",
      .letterbox(PixelSize(width: 9, height: 8), .bicubic, level: 114)
    ),
  ])
  func steps(text: String, step: PreprocessStep) throws {
    #expect(try filter(text).preprocessor.steps.first == step)
  }

  @Test(arguments: [
    ("resize: {shorterSide: 9, filter: lanczos, antialias: false}", "nearest"),
    ("resize: {shorterSide: 9, filter: nearest}", "bilinear"),
    ("resize: {shorterSide: 9, antialias: 3}", "permitted are true, false"),
    ("centerCrop: {width: 9, height: 9, rounding: up}", "halfToEven, down"), ("centerCrop: {rounding: down}", "width"),
    ("rotate: 9", "permitted are resize, centerCrop, letterbox"),
    ("resize: {width: 9, height: 9}, centerCrop: 9", "exactly one step: resize, centerCrop, letterbox"),
    ("resize: {shorterSide: 9, width: 9}", "either shorterSide, or width and height"),
    ("letterbox: {width: 9}", "height"), ("letterbox: {width: 9, height: 9, level: 256}", "0 to 255"),
  ])
  func refused(text: String, part: String) {
    let error = #expect(throws: SluiceError.self) { try filter(text) }
    #expect(error?.message.contains(part) == true, "\(error?.message ?? "")")
  }

  @Test("both kinds of resize can be scaled in every way", arguments: Scaling.allCases)
  func scalings(scaling: Scaling) throws {
    let members =
      switch scaling {
      case .antialiased(let filter): "filter: \(filter.rawValue)"
      case .sampled(let kernel): "filter: \(kernel.rawValue), antialias: false"
      }
    let sides = try filter("resize: {shorterSide: 9, \(members)}")
    #expect(sides.preprocessor.steps.first == .resizeShorterSide(9, scaling))
    let exact = try filter("resize: {width: 9, height: 8, \(members)}")
    #expect(exact.preprocessor.steps.first == .resizeExactly(PixelSize(width: 9, height: 8), scaling))
  }

  @Test func outputsOfOtherKinds() throws {
    let step = "resize: {shorterSide: 9}"
    let quantised = try filter(
      step, model: "model: m.tflite, scores: roundedProbabilities, outputScale: 0.5, outputZeroPoint: 3")
    #expect(quantised.classifier?.openVINO.scores == .roundedProbabilities)
    #expect(quantised.classifier?.openVINO.outputQuantisation == OutputQuantisation(scale: 0.5, zeroPoint: 3))
    #expect(try filter(step, model: "model: m.onnx, scores: oneLogit").classifier?.openVINO.scores == .oneLogit)
    let error = #expect(throws: SluiceError.self) { try filter(step, model: "model: m.onnx, outputZeroPoint: 3") }
    #expect(error?.message.contains("outputScale") == true)
  }
}

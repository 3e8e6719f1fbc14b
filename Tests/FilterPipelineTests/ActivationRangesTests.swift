import Classifiers
import Common
import Files
import FilterPipeline
import Foundation
import TestSupport
import Testing

/// What a filter says of models in 8-bit integers.
struct ActivationRangesTests {
  private static func filter(
    classifier: String = "witnessPrecision: int8", second: String = "", rest: String = "activationRanges: ranges.json"
  ) -> String {
    """
    version: 1
    name: test
    preprocess: [{resize: {width: 8, height: 8}}]
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: model.onnx, \(classifier)}}
    models: {second: {openvino: {model: second.onnx\(second)}}}
    \(rest)
    """
  }

  @Test("models in 8 bits are known by their places in the file, and their ranges are a file that is not written to")
  func quantisedModels() throws {
    let folder = try TemporaryFolder()
    let text = Self.filter(second: ", precision: int8")
    let definition = try FilterFile(path: folder.file("filter.yaml", text), variables: [:]).definition
    #expect(definition.quantisedModels == ["classifier", "models.second"])
    #expect(definition.activationRangesPath == "\(folder.path)/ranges.json")
    #expect(definition.namedPaths.contains("\(folder.path)/ranges.json"))
    #expect(try FilterFile(text: Self.filter()).definition.quantisedModels == ["classifier"])
    #expect(
      try FilterFile(text: Self.filter(classifier: "precision: int8")).definition.quantisedModels == ["classifier"])
  }

  private static let decision = """
    detectors: [{featureSqueezing: {squeezers: [mirror], distance: l1}}]
    decision: {falsePositiveBudget: 0.05, calibration: CALIBRATION}
    """

  @Test(
    "a filter that does not fit together is refused",
    arguments: [
      (filter(rest: ""), ["`classifier` in int8", "activationRanges"]),
      (filter(classifier: "precision: f32"), ["activationRanges", "no model is computed in int8"]),
      (filter(classifier: "precision: int4"), ["classifier.openvino.precision", "f32, bf16, auto, int8"]),
      (
        filter(rest: "activationRanges: r.json\n" + decision.replacing("CALIBRATION", with: "{bf16: a, f32: b}")),
        ["decision.calibration.bf16", "int8, f32"]
      ),
      (
        filter(rest: "activationRanges: r.json\n" + decision.replacing("CALIBRATION", with: "{int8: a}")),
        ["decision.calibration", "lacks the key `f32`"]
      ),
      (
        filter(
          second: ", precision: auto",
          rest: "activationRanges: r.json\n" + decision.replacing("CALIBRATION", with: "{int8: a, f32: b}")),
        ["decision.calibration", "`classifier` is in int8", "`models.second` `auto`"]
      ),
      (
        filter(rest: "activationRanges: r.json\nautoencoders: {a: {openvino: {model: a.onnx, precision: int8}}}"),
        ["autoencoders.a", "cannot be computed in int8"]
      ),
      (
        filter(classifier: "precision: auto", rest: decision.replacing("CALIBRATION", with: "{int8: a, f32: b}")),
        ["decision.calibration.int8", "bf16, f32"]
      ),
    ])
  func refused(text: String, said: [String]) {
    let error = #expect(throws: SluiceError.self) { try FilterFile(text: text) }
    #expect(error?.code == .invalidFilter)
    for part in said { #expect(error?.message.contains(part) == true, "\(part) in: \(error?.message ?? "")") }
  }

  private static let environment = PipelineEnvironment(
    sha256: { "\($0.count)" },
    sha256OfFile: { (path) throws(SluiceError) in String(decoding: try readFile(path, atMost: 100), as: UTF8.self) },
    hmac: { _, _ in [] }, variables: ProcessInfo.processInfo.environment, workers: 1)

  @Test("the calibration is of this processor's arithmetic, and bound to the ranges", arguments: ["f32", "", nil])
  func calibration(named: String?) throws {
    let folder = try TemporaryFolder()
    let rest = "activationRanges: r.json\n" + Self.decision.replacing("CALIBRATION", with: "{int8: a, f32: b}")
    for file in ["model.onnx", "second.onnx", "r.json"] { try folder.file(file, file) }
    let file = try FilterFile(path: folder.file("filter.yaml", Self.filter(rest: rest)), variables: [:])
    var environment = Self.environment
    environment.variables["SLUICE_AUTO_PRECISION"] = named
    guard named == "f32" || Requirements.hasEngine else { return }
    var settings = OpenVINOSettings(modelPath: "")
    settings.precision = named == "f32" ? .f32 : .int8
    let computed = try settings.computedPrecision(environment: environment.variables)
    let decision = try #require(file.definition.decision)
    #expect(
      try file.calibrationPath(of: decision, environment) == "\(folder.path)/\(computed == .int8 ? "a" : "b")")
    let identity = try file.calibrationIdentity(environment)
    #expect(identity.precisions["classifier"] == "f32" && identity.precisions["looks"] == computed.rawValue)
    #expect(identity.files.contains { $0.key == "activationRanges" && $0.digest == "r.json" } == (computed == .int8))
  }

  @Test(
    "a model that is not there is named with its key, and with what to do, also where ranges are looked up for it",
    .enabled(if: Requirements.hasEngine, "needs the inference engine"))
  func missingModel() throws {
    let folder = try TemporaryFolder()
    try folder.file("ranges.json", ActivationRangesFile(models: [:]).json.indentedText)
    let definition = try FilterFile(path: folder.file("filter.yaml", Self.filter()), variables: [:]).definition
    let classifier = try #require(definition.classifier)
    var settings = OpenVINOSettings(modelPath: "")
    settings.precision = .int8
    var environment = Self.environment
    environment.variables["SLUICE_AUTO_PRECISION"] = nil
    // Elsewhere nothing is computed in 8 bits, and ranges are not looked up.
    guard try settings.computedPrecision(environment: environment.variables) == .int8 else { return }
    let error = #expect(throws: SluiceError.self) {
      try definition.settings(of: classifier, environment)
    }
    #expect(error?.message == "the file of `classifier`: \(folder.path)/model.onnx: No such file or directory")
    #expect(error?.remedy?.hasPrefix("check its path in the filter file") == true)
  }

  @Test("what is written is read again, to the last digit")
  func roundTrip() throws {
    let folder = try TemporaryFolder()
    let ranges = ActivationRanges(["a": -0.1...0.3, "b/é": 0...Float.greatestFiniteMagnitude, "c": -1e-30...1.0000001])
    let file = ActivationRangesFile(models: [
      "classifier": .init(digest: "d", input: nil, imageCount: 3, ranges: ranges),
      "models.second": .init(digest: "e", input: "inner", imageCount: 3, ranges: ActivationRanges([:])),
    ])
    let path = try folder.file("ranges.json", file.json.indentedText)
    #expect(try ActivationRangesFile(path: path) == file)
  }

  @Test(
    "a file that is none is refused",
    arguments: [
      "", "[]", "{}", "{\"version\": 1}", "{\"version\": 2, \"models\": {}}", "{\"version\": 1, \"models\": []}",
      "{\"version\": 1, \"models\": {\"a\": {}}}",
      "{\"version\": 1, \"models\": {\"a\": {\"digest\": \"\", \"images\": 1, \"ranges\": {\"t\": [1]}}}}",
      "{\"version\": 1, \"models\": {\"a\": {\"digest\": \"\", \"images\": 1, \"ranges\": {\"t\": [1, 0]}}}}",
      "{\"version\": 1, \"models\": {\"a\": {\"digest\": \"\", \"images\": 1, \"ranges\": {\"t\": [0, 1e39]}}}}",
      "{\"version\": 1, \"models\": {\"a\": {\"digest\": \"\", \"images\": 1, \"ranges\": {\"t\": [0, 1, 2]}}}}",
    ])
  func damaged(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("ranges.json", text)
    let error = #expect(throws: SluiceError.self) { try ActivationRangesFile(path: path) }
    #expect(error?.code == .invalidActivationRanges)
    #expect(error?.message.contains(path) == true && error?.remedy?.contains("sluice quantise") == true)
  }

  @Test("a missing file is told with what makes it")
  func missing() {
    let error = #expect(throws: SluiceError.self) { try ActivationRangesFile(path: "/nonexistent/ranges.json") }
    #expect(error?.code == .unreadableFile && error?.remedy?.contains("sluice quantise") == true)
  }
}

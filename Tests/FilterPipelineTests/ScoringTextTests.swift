import Common
import FilterPipeline
import TestSupport
import Testing

struct ScoringTextTests {
  private static let filter = """
    version: 1
    name: test
    decode: {formats: [png], maxBytes: 2MB, maxPixels: 3MP, maxDimension: 4000, orientation: ignore}
    preprocess: [{resize: {width: 8, height: 8}}]
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: m.onnx, labels: l.txt, library: e.so, maxBatch: 4, precision: f32}}
    models: {second: {openvino: {model: s.onnx, scores: logits}, normalize: {mean: [0.1, 0, 0], std: [1, 1, 1]}}}
    detectors:
      - auxiliaryModel: {model: second, distance: l1, private: true, threshold: 1}
    """

  private static func text(_ replacements: [(String, String)]) throws -> String {
    try FilterFile(text: replacements.reduce(filter) { $0.replacing($1.0, with: $1.1) }).scoringText
  }

  /// Calibrations are bound to the digest of this text. Another one would make all of them useless.
  @Test("the text of a filter stays what it was")
  func text() throws {
    #expect(
      try Self.text([]) == """
        decode: {"orientation":"ignore"}
        preprocess: [{"resize":{"height":8.0,"width":8.0}}]
        normalize: none
        tensor: {"layout":"nchw","type":"float32"}
        classifier: {"openvino":{"precision":"f32"}}
        models: {"second":{"normalize":{"mean":[0.1,0.0,0.0],"std":[1.0,1.0,1.0]},"openvino":{"scores":"logits"}}}
        autoencoders: none
        detectors: [{"auxiliaryModel":{"distance":"l1","model":"second"}}]

        """)
  }

  @Test(
    "a model counts whatever its name is",
    arguments: [
      "private", "threshold", "reference", "formats", "maxBytes", "maxBatch", "model", "labels", "openvino", "decode",
    ])
  func namesOfModels(name: String) throws {
    let named = [("second", name)]
    let text = try Self.text(named)
    #expect(text.contains("models: {\"\(name)\":{\"normalize\""))
    #expect(try Self.text(named + [("0.1", "0.2")]) != text)
    // Where the model's file lies says nothing of scores, even so.
    #expect(
      try Self.text(named + [("s.onnx", "t.onnx"), ("l.txt", "k.txt"), ("threshold: 1", "threshold: 2")]) == text)
  }

  @Test("a section counts when its key has a tag", arguments: ["!x ", "!!str ", "!!int "])
  func tags(tag: String) throws {
    for section in ["detectors:", "models:", "decode:"] {
      #expect(try Self.text([("\n\(section)", "\n\(tag)\(section)")]) == Self.text([]))
    }
  }
}

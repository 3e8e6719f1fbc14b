import Common
import Files
import FilterPipeline
import TestSupport
import Testing

struct CalibrationIdentityTests {
  private static let environment = PipelineEnvironment(
    sha256: { "\($0.count)" },
    sha256OfFile: { (path) throws(SluiceError) in String(decoding: try readFile(path, atMost: 100), as: UTF8.self) },
    hmac: { _, _ in [] }, variables: [:], workers: 1)

  @Test("a calibration is bound to weights that a model keeps in files of their own")
  func externalWeights() throws {
    let folder = try TemporaryFolder()
    // What ONNX writes of a tensor whose data lies elsewhere: the key `location`, and the name.
    let place = [0x0A, 8] + Array("location".utf8) + [0x12, 12] + Array("weights.data".utf8)
    try folder.file("model.onnx", [1, 2, 3] + place + [4])
    let file = try FilterFile(path: try folder.file("filter.yaml", Self.filter), variables: [:])
    #expect(try file.calibrationIdentity(Self.environment).files.map(\.key) == ["classifier"])
    var digests: [String] = []
    for weights in ["old", "new"] {
      try folder.file("weights.data", weights)
      let files = try file.calibrationIdentity(Self.environment).files
      #expect(files.map(\.key) == ["classifier", "classifier.weights.weights.data"])
      digests += files.suffix(1).map(\.digest)
    }
    #expect(digests == ["old", "new"])
  }

  private static let filter = """
    version: 1
    name: test
    preprocess: [{resize: {width: 8, height: 8, filter: box}}]
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: model.onnx}}
    """
}

import Common
import Files
import FilterPipeline
import Foundation
import Synchronization
import TestSupport
import Testing

struct CalibrationIdentityTests {
  private static let environment = PipelineEnvironment(
    sha256: { "\($0.count)" },
    sha256OfFile: { (path) throws(SluiceError) in String(decoding: try readFile(path, atMost: 100), as: UTF8.self) },
    hmac: { _, _ in [] }, variables: [:], workers: 1)

  @Test(
    "a calibration is bound to weights that a model keeps in files of their own, however its ending is written",
    arguments: ["model.onnx", "MODEL.ONNX", "model.dat"])
  func externalWeights(model: String) throws {
    let folder = try TemporaryFolder()
    // What ONNX writes of a tensor whose data lies elsewhere: external data, the key `location`, and the name.
    let place = [0x6A, 24, 0x0A, 8] + Array("location".utf8) + [0x12, 12] + Array("weights.data".utf8)
    try folder.file(model, [1, 2, 3] + place + [4])
    let file = try FilterFile(path: try folder.file("filter.yaml", Self.filter(model)), variables: [:])
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

  @Test(
    "a calibration is bound to the weights of an OpenVINO IR", arguments: ["model.xml", "MODEL.XML", "a.b/model.net"])
  func weightsOfOpenVINO(model: String) throws {
    let folder = try TemporaryFolder()
    if model.contains("/") {
      try FileManager.default.createDirectory(atPath: "\(folder.path)/a.b", withIntermediateDirectories: true)
    }
    try folder.file(model, "<?xml version=\"1.0\"?>\n<net name=\"n\"></net>")
    try folder.file(model.dropLast(3) + "bin", "weights")
    let file = try FilterFile(path: try folder.file("filter.yaml", Self.filter(model)), variables: [:])
    let files = try file.calibrationIdentity(Self.environment).files
    #expect(files.map(\.key) == ["classifier", "classifier.weights"] && files.last?.digest == "weights")
  }

  @Test("a file that is not there is named with its key, and with what to do")
  func missing() throws {
    let folder = try TemporaryFolder()
    let file = try FilterFile(path: try folder.file("filter.yaml", Self.filter("model.onnx")), variables: [:])
    let error = #expect(throws: SluiceError.self) { try file.calibrationIdentity(Self.environment) }
    #expect(error?.code == .unreadableFile)
    #expect(error?.message == "the file of `classifier`: \(folder.path)/model.onnx: No such file or directory")
    #expect(error?.remedy?.hasPrefix("check its path in the filter file") == true)
  }

  @Test("making a calibration is advised where there is none, and not where it cannot be read")
  func unreadableCalibration() throws {
    let folder = try TemporaryFolder()
    let file = try FilterFile(path: try folder.file("filter.yaml", Self.filter("model.onnx")), variables: [:])
    let making = "make it with `sluice calibrate -f \(folder.path)/filter.yaml --clean FOLDER`"
    for (name, remedy) in [("none.json", making), ("", nil)] as [(String, String?)] {
      let error = #expect(throws: SluiceError.self) {
        try file.calibration(at: "\(folder.path)/\(name)", Self.environment)
      }
      #expect(error?.message.hasPrefix("the calibration cannot be read: ") == true)
      #expect(error?.remedy == remedy)
    }
  }

  @Test("the calibration of a filter stays valid where its model lies elsewhere")
  func moved() throws {
    let folder = try TemporaryFolder()
    let identities = try ["there.onnx", "here.onnx"].map { name in
      try folder.file(name, "model")
      let path = try folder.file("filter.yaml", Self.filter(name))
      return try FilterFile(path: path, variables: [:]).calibrationIdentity(Self.environment)
    }
    #expect(identities[0] == identities[1])
  }

  @Test(
    "a calibration is bound to how the engine is kept from computing a model wrongly, where it has to be",
    arguments: [("pooled-abs", true), ("strided-padded", true), ("strided", false), ("logits", false)])
  func keptRight(model: String, isBound: Bool) throws {
    let environment = PipelineEnvironment(
      sha256: { String(decoding: $0, as: UTF8.self) }, sha256OfFile: { (path) throws(SluiceError) in path },
      hmac: { _, _ in [] }, variables: [:], workers: 1)
    let folder = try TemporaryFolder()
    let path = Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx")
    let file = try FilterFile(path: try folder.file("filter.yaml", Self.filter(path)), variables: [:])
    let files = try file.calibrationIdentity(environment).files
    #expect(files.map(\.key) == (isBound ? ["classifier", "classifier.arithmetic"] : ["classifier"]))
    #expect(!isBound || files[1].digest.hasPrefix("exposed "))
  }

  @Test("a start reads each file once, and names what it did when it read them each time")
  func filesReadOnce() throws {
    let folder = try TemporaryFolder()
    let place = [0x6A, 24, 0x0A, 8] + Array("location".utf8) + [0x12, 12] + Array("weights.data".utf8)
    try folder.file("model.onnx", [1, 2, 3] + place + [4])
    try folder.file("weights.data", "weights")
    let file = try FilterFile(path: try folder.file("filter.yaml", Self.filter("model.onnx")), variables: [:])
    let expected = try file.calibrationIdentity(Self.environment).files
    let readings = Mutex<[String: Int]>([:])
    var environment = Self.environment
    environment.readFilesOnce { (path, body) throws(SluiceError) -> String in
      readings.withLock { $0[path, default: 0] += 1 }
      let bytes = try readFile(path, atMost: 100)
      body(bytes[...])
      return String(decoding: bytes, as: UTF8.self)
    }
    for _ in 0..<3 {
      let files = try file.calibrationIdentity(environment).files
      #expect(files.map(\.key) == expected.map(\.key) && files.map(\.digest) == expected.map(\.digest))
    }
    #expect(readings.withLock { $0 } == ["\(folder.path)/model.onnx": 1, "\(folder.path)/weights.data": 1])
  }

  private static func filter(_ model: String) -> String {
    """
    version: 1
    name: test
    preprocess: [{resize: {width: 8, height: 8, filter: box}}]
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: \(model)}}
    """
  }
}

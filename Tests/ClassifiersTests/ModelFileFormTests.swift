import Classifiers
import Common
import Foundation
import TestSupport
import Testing

/// What is no model is refused in one line that says what it is and what would help.
@Suite(.enabled(if: Requirements.hasEngine, "needs the inference engine"))
struct ModelFileFormTests {
  private func refusal(_ name: String, _ bytes: [UInt8]) throws -> SluiceError {
    let folder = try TemporaryFolder()
    let path = try folder.file(name, bytes)
    return try refusal(path)
  }

  private func refusal(_ path: String) throws -> SluiceError {
    let error = #expect(throws: SluiceError.self) {
      try ModelProbe(path: path, environment: ProcessInfo.processInfo.environment)
    }
    return try #require(error)
  }

  @Test(
    "models of other programs are named, with how to convert them",
    arguments: [
      ("a.keras", "Keras", "ovc"), ("a.h5", "Keras", "ovc"), ("a.pt", "PyTorch", "torch.onnx.export"),
      ("a.PTH", "PyTorch", "torch.onnx.export"), ("a.safetensors", "weights", "torch.onnx.export"),
      ("a.bin", "OpenVINO IR", ".xml"), ("a.mlmodel", "Core ML", "ONNX"), ("a.plan", "TensorRT", "ONNX"),
      ("a.pkl", "pickle", "ONNX"), ("a.pdmodel", "PaddlePaddle", "paddle2onnx"), ("a.json", "PaddlePaddle", "ovc"),
      ("a.meta", "checkpoint of TensorFlow", "tf2onnx"),
    ])
  func others(name: String, what: String, remedy: String) throws {
    let error = try refusal(name, Array("PK".utf8))
    #expect(error.code == .unreadableModel)
    #expect(error.message.contains(what) && error.remedy?.contains(remedy) == true, "\(error)")
  }

  @Test func aSavedModelIsAFolder() throws {
    let folder = try TemporaryFolder()
    #expect(try refusal(folder.path).message.contains("it is a folder"))
    try folder.file("saved_model.pb", "x")
    let error = try refusal(folder.path)
    #expect(error.message.contains("SavedModel") && error.remedy?.contains("tf2onnx") == true)
  }

  @Test(
    "files that do not begin as their endings say",
    arguments: [
      ("a.onnx", []), ("a.onnx", [0, 0, 0, 0]), ("a.onnx", Array("<html>not found".utf8)),
      ("a.onnx", [0x08, 0x08, 0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0x0F]), ("a.onnx", [0xFF, 0xFF, 0xFF]),
      ("a.onnx", [0x3A, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0x7F]), ("a.onnx", [0x08, 0x08]),
      ("README.md", Array("# A model".utf8)), ("a", []), ("a.txt", [0, 1, 2, 3]),
      ("a.tflite", []), ("a.tflite", Array("no flat buffer".utf8)), ("a.xml", []), ("a.xml", Array("<html/>".utf8)),
    ] as [(String, [UInt8])])
  func damaged(name: String, bytes: [UInt8]) throws {
    let error = try refusal(name, bytes)
    #expect(error.code == .unreadableModel && !error.message.contains("Exception") && error.remedy != nil)
  }

  @Test func zerosAreRefusedWithoutBeingRead() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("zeros.onnx", [UInt8]())
    // A hole of more bytes than any test could read.
    try #require(truncate(path, 1 << 40) == 0)
    #expect(try refusal(path).message.contains("does not begin as an ONNX model"))
  }

  @Test("a model that was cut off says so, wherever that was")
  func cutOff() throws {
    let bytes = try Repository.bytes(Repository.file("Tests/ModelSetupTests/Fixtures/thousand.onnx"))
    for length in [bytes.count - 1, bytes.count / 2, 100] {
      let error = try refusal("cut.onnx", Array(bytes.prefix(length)))
      #expect(error.code == .unreadableModel && error.message.contains("cannot be read"))
    }
    #expect(try refusal("cut.onnx", Array(bytes.prefix(bytes.count / 2))).message.contains("in the middle"))
  }

  @Test(
    "of what the engine does not read, its reason is said and not where in its sources that is, with what would help",
    arguments: [
      ("unknown-operator", "No conversion rule found for operations: com.acme.Nothing", "without that operator"),
      ("map-as-output", "Unsupported value_info type: scores", "plain tensors"),
    ])
  func reasons(model: String, said: String, remedy: String) throws {
    let error = try refusal(Repository.file("Tests/ClassifiersTests/Fixtures/\(model).onnx"))
    #expect(error.code == .engineFailed && !error.message.contains("failed at"))
    #expect(!error.message.contains("Exception") && !error.message.contains("FrontEnd"))
    #expect(error.message.contains(said) && error.remedy?.contains(remedy) == true, "\(error)")
  }

  @Test(
    "a node without an output, or without the inputs that it needs, does not reach the engine",
    arguments: [
      ("Relu", ["x"], [], "(Relu, 1 of 1) has no output"), ("Max", ["x", "x"], [""], "has no output"),
      ("GlobalMaxPool", [], ["y"], "(GlobalMaxPool, 1 of 1) has no input"), ("Clip", ["", "x"], ["y"], "has no input"),
      ("Conv", ["x"], ["y"], "has 1 of the 2 inputs that it needs"), ("MatMul", ["x"], ["y"], "has 1 of the 2"),
      ("Pad", ["x"], ["y"], "(Pad, 1 of 1) has 1 of the 2 inputs"),
    ] as [(String, [String], [String], String)])
  func incompleteNodes(operation: String, inputs: [String], outputs: [String], said: String) throws {
    let node = ONNXBytes.node(operation, inputs, outputs)
    let branching = [
      ONNXBytes.node("Constant", [], ["c"]), ONNXBytes.node("If", ["c"], ["y"], branches: [[node]]),
    ]
    for nodes in [[node], branching] {
      let error = try refusal("a.onnx", ONNXBytes.model(nodes))
      #expect(error.code == .unreadableModel && error.message.contains(said) && error.remedy != nil, "\(error)")
    }
  }

  @Test(
    "a node of a domain that the engine does not read is told as that, and needs no input", arguments: ["K", "Conv"])
  func ownDomains(operation: String) throws {
    let node = ONNXBytes.node(operation, [], ["y"], domain: "loc")
    let error = try refusal("a.onnx", ONNXBytes.model([node]))
    #expect(error.code == .engineFailed && error.message.contains("loc.\(operation)"), "\(error)")
    for domain in ["com.microsoft", "mmdeploy", "org.openvinotoolkit", "org.pytorch.aten"] {
      let error = try refusal("a.onnx", ONNXBytes.model([ONNXBytes.node("K", [], ["y"], domain: domain)]))
      #expect(error.code == .unreadableModel && error.message.contains("has no input"), "\(error)")
    }
  }

  @Test("older operators pad by an attribute, without a second input")
  func olderOperators() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.onnx", ONNXBytes.model([ONNXBytes.node("Pad", ["x"], ["y"])], operators: 10))
    let model = try ModelProbe(path: path, environment: ProcessInfo.processInfo.environment)
    #expect(model.outputs.map(\.name) == ["y"])
  }

  @Test("files of weights are those that a tensor names, and nothing else that has a location")
  func weightFiles() throws {
    let fixtures = Repository.file("Tests/ClassifiersTests/Fixtures")
    #expect(WeightFiles(ofModelAt: "\(fixtures)/located.onnx").files.isEmpty)
    let named = WeightFiles(ofModelAt: "\(fixtures)/without-weights.onnx").files
    #expect(named.map(\.name) == ["without-weights.onnx.data"])
    // The length of the member takes two bytes, and the member lies across two of the blocks in which a file is read.
    let name = String(repeating: "w", count: 120)
    let member: [UInt8] = [0x6A, 0x84, 0x01, 0x0A, 8] + Array("location".utf8) + [0x12, 120] + Array(name.utf8)
    let folder = try TemporaryFolder()
    for offset in [2, 20, 130] {
      let path = try folder.file("model.onnx", [UInt8](repeating: 0, count: (1 << 20) - offset) + member)
      #expect(WeightFiles(ofModelAt: path).files.map(\.name) == [name], "\(offset)")
    }
  }

  @Test("what is not there is told from what cannot be read")
  func notThereOrNotReadable() throws {
    let folder = try TemporaryFolder()
    let missing = try refusal("\(folder.path)/none.onnx")
    #expect(missing.code == .modelNotFound)
    #expect(missing.message == "the model \(folder.path)/none.onnx does not exist")
    #expect(missing.remedy == "check its path")
    // Something is there, and for the superuser as well no permission helps.
    let loop = "\(folder.path)/loop.onnx"
    try FileManager.default.createSymbolicLink(atPath: loop, withDestinationPath: "loop.onnx")
    let circular = try refusal(loop)
    #expect(circular.code == .unreadableModel && circular.remedy == "check its path")
    #expect(circular.message.hasPrefix("the model \(loop) cannot be read: "))
  }

  @Test(
    "of a model that this user may not read, it is said what lets him",
    .enabled(if: getuid() != 0, "needs a user who may not read everything"))
  func notPermitted() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("model.onnx", "model")
    #expect(chmod(path, 0) == 0)
    let error = try refusal(path)
    #expect(error.code == .unreadableModel && error.message == "the model \(path) cannot be read: Permission denied")
    #expect(error.remedy == "let this user read it")
  }

  @Test("an OpenVINO IR without its weights is told by the file that is missing")
  func withoutBin() throws {
    let document = try Repository.bytes(Repository.file("Tests/ModelSetupTests/Fixtures/nameless.xml"))
    let error = try refusal("model.xml", document)
    #expect(error.code == .modelNotFound && error.message.contains("/model.bin"))
    #expect(error.remedy?.contains(".bin of the same name") == true)
  }

  @Test("what the engine says of a model that only looks like one is a line")
  func looksLikeOne() throws {
    let error = try refusal("a.onnx", [0x08, 0x08, 0x3A, 0x02, 0x0A, 0x00])
    #expect(!error.message.contains("\n") && !error.message.contains("Exception from") && error.message.count < 500)
    let network = try refusal("a.xml", Array("<?xml version=\"1.0\"?><net name=\"x\"><layers></net>".utf8))
    #expect(!network.message.contains("\n") && network.message.count < 500, "\(network.message)")
  }
}

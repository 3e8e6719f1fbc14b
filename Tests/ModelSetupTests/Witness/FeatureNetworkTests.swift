import Classifiers
import Common
import Foundation
import ModelSetup
import Pixels
import Preprocessing
import TestSupport
import Testing

/// The network behind a witness: its end is cut off and another one put on.
struct FeatureNetworkTests {
  static let folder = Repository.file("Tests/ModelSetupTests/Fixtures/network")
  private static let path = "\(folder)/imagenet/efficientnet-lite0"

  static func network() throws -> FeatureNetwork { try FeatureNetwork(environment: ["SLUICE_DATA": folder]) }

  /// Every output of a model for one picture.
  private static func outputs(_ model: FeatureNetwork.Model, of image: borrowing PixelImage) throws -> [String: [Float]]
  {
    let folder = try TemporaryFolder()
    _ = try folder.file("model.bin", model.weights)
    let path = try folder.file("model.xml", model.document)
    let probe = try ModelProbe(path: path, environment: ProcessInfo.processInfo.environment)
    let prepared = try probe.prepared(for: try #require(probe.inputs.first), shape: FeatureNetwork.form.shape(batch: 1))
    let encoder = TensorEncoder(form: FeatureNetwork.form, normalisation: FeatureNetwork.normalisation)
    let batch = encoder.encoded(image)
    var values: [String: [Float]] = [:]
    for output in prepared.outputs { values[output.name] = try prepared.values(of: batch.bytes, output: output) }
    return values
  }

  private static func picture() -> PixelImage {
    PixelImage(
      size: FeatureNetwork.size, channels: .rgb,
      samples: (0..<224 * 224 * 3).map { (place: Int) -> UInt8 in UInt8((place * 7 + place / 672 * 3) % 251) })
  }

  @Test(
    "what is written runs in the engine, and gives what it says",
    .enabled(if: Requirements.hasEngine, "needs the inference engine"))
  func roundTrip() throws {
    let network = try Self.network()
    #expect(network.featureCount == 96)
    let features = try #require(try Self.outputs(network.alone, of: Self.picture())["features"])
    #expect(features.count == 96)
    #expect(Set(features).count > 40)
    let weights = (0..<7 * 96).map { (place: Int) -> Float in Float((place * 37) % 101) / 50 - 1 }
    let head = LinearHead(weights: weights, biases: (0..<7).map { (output: Int) -> Float in Float(output) / 4 })
    let outputs = try Self.outputs(network.model(head), of: Self.picture())
    #expect(Array(outputs.keys) == ["logits"])
    let logits = try #require(outputs["logits"])
    try #require(logits.count == 7)
    for output in 0..<7 {
      var expected = Double(head.biases[output])
      for feature in 0..<96 {
        expected += Double(weights[output * 96 + feature]) * Double(features[feature]).squareRoot()
      }
      #expect(abs(Double(logits[output]) - expected) < 1e-3)
    }
  }

  @Test("what is not installed is an error that says how to install it")
  func missing() throws {
    let folder = try TemporaryFolder()
    let error = #expect(throws: SluiceError.self) { try FeatureNetwork(environment: ["SLUICE_DATA": folder.path]) }
    #expect(error?.code == .modelNotFound)
    #expect(error?.remedy?.contains("Samples/install.sh --imagenet") == true)
  }

  /// Changes to a document that make it another one.
  static let changes: [(String, String, String)] = [
    ("an empty file", "", ""),
    ("no layers", "<layers>", "<lagers>"),
    ("no end of the layers", "</layers>", ""),
    ("no edges", "</edges>", ""),
    ("no features", #"names="features""#, #"names="other""#),
    ("another end", #"type="MatMul""#, #"type="Multiply""#),
    ("a number that is none", #"layer id="3""#, #"layer id="three""#),
    ("a number below zero", #"layer id="3""#, #"layer id="-3""#),
    ("two layers of one number", #"layer id="3""#, #"layer id="2""#),
    ("an edge from nowhere", #"from-layer="1""#, #"from-layer="""#),
    ("weights behind the end", #"shape="5, 96" offset=""#, #"shape="5, 96" offset="9"#),
    ("weights before the beginning", #"shape="5, 96" offset=""#, #"shape="5, 96" offset="-"#),
  ]

  @Test("another document is refused", arguments: changes.map(\.0))
  func refused(name: String) throws {
    let change = try #require(Self.changes.first { $0.0 == name })
    let text = String(decoding: try Repository.bytes(Self.path + ".xml"), as: UTF8.self)
    let changed = change.1.isEmpty ? "" : text.replacingOccurrences(of: change.1, with: change.2)
    #expect(changed != text)
    let weights = try Repository.bytes(Self.path + ".bin")
    let error = #expect(throws: SluiceError.self) {
      try FeatureNetwork(document: Array(changed.utf8), weights: weights, path: "network.xml")
    }
    #expect(error?.code == .modelMismatch)
    #expect(error?.message.contains("network.xml") == true)
  }

  @Test("a document that ends anywhere is refused or read, and nothing traps")
  func cut() throws {
    let document = try Repository.bytes(Self.path + ".xml")
    let weights = try Repository.bytes(Self.path + ".bin")
    for end in stride(from: 0, to: document.count, by: 97) {
      _ = try? FeatureNetwork(document: Array(document[..<end]), weights: weights, path: "network.xml")
    }
    for end in stride(from: 0, to: weights.count, by: 97) {
      _ = try? FeatureNetwork(document: document, weights: Array(weights[..<end]), path: "network.xml")
    }
  }
}

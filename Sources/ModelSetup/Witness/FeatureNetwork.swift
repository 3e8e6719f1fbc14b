import Classifiers
import Common
import Files
import Pixels
import Preprocessing

/// EfficientNet-Lite0 without its last layer, as `Samples/install.sh --imagenet` installs it: from a picture to the mean of each
/// feature over all places. What it ends in is put on again here.
package struct FeatureNetwork: Sendable {
  /// How many features it gives; each is a mean of numbers from 0 to 6.
  package let featureCount: Int
  private let opening: String
  private let layers: [IRLayer]
  private let edges: [IREdge]
  private let features: IREdge.End
  /// The weights of the layers that are kept.
  private let weights: [UInt8]

  /// Where it is installed below the data folder, without the ending.
  package static let place = "imagenet/efficientnet-lite0"
  /// The pictures that it takes: RGB, 32-bit floats in channels, rows, columns.
  package static let size = PixelSize(width: 224, height: 224)
  package static let normalisation = Normalisation(
    mean: [Float](repeating: 0.498, count: 3), standardDeviation: [Float](repeating: 0.502, count: 3))
  package static let form = TensorForm(element: .float32, layout: .nchw, channels: .rgb, size: size)
  package static let input = "input"

  private static let largestDocument = 4 << 20
  private static let largestWeights = 256 << 20
  private static let featureRange = 1...65_536
  /// What stands behind the features: a linear layer.
  private static let head = ["Const", "MatMul", "Const", "Add", "Result"]

  /// Reads what is installed.
  ///
  /// - Throws: `model-not-found` where nothing is; `model-mismatch` where it is something else.
  package init(environment: [String: String]) throws(SluiceError) {
    let path = DataFolder.path(environment: environment) + "/" + Self.place
    guard FileStatus(path + ".xml") != nil, FileStatus(path + ".bin") != nil else {
      throw SluiceError(
        .modelNotFound, "EfficientNet-Lite0, whose features a witness looks at, is not installed (\(path).xml)",
        remedy: Self.installing)
    }
    try self.init(
      document: try readFile(path + ".xml", atMost: Self.largestDocument),
      weights: try readFile(path + ".bin", atMost: Self.largestWeights), path: path + ".xml")
  }

  private static let installing = "install it with `Samples/install.sh --imagenet`"

  /// - Parameters:
  ///   - document: the network as OpenVINO's intermediate representation, version 11, with one output named `features` before a
  ///     linear layer.
  ///   - weights: what its constants are cut out of.
  ///   - path: what it is called in errors.
  /// - Throws: `model-mismatch`.
  /// - Complexity: O(bytes).
  package init(document: [UInt8], weights: [UInt8], path: String) throws(SluiceError) {
    func mismatch(_ what: String) -> SluiceError {
      SluiceError(
        .modelMismatch, "\(path) is not the network that is installed: \(what)", remedy: Self.installing + " again")
    }
    guard let parts = IRDocument(document) else { throw mismatch("it is no document of layers and edges") }
    guard let last = parts.layers.firstIndex(where: { $0.outputNames == "features" }) else {
      throw mismatch("no layer gives `features`")
    }
    let after = parts.layers[(last + 1)...]
    guard after.map(\.type) == Self.head, let end = after.first?.offset, (0...weights.count).contains(end) else {
      throw mismatch("its features do not lead to a linear layer alone")
    }
    guard let count = parts.layers[last].outputSizes.last, Self.featureRange.contains(count),
      let port = parts.layers[last].outputPort
    else { throw mismatch("its features have no number") }
    layers = Array(parts.layers[...last])
    let kept = Set(layers.map(\.id))
    edges = parts.edges.filter { kept.contains($0.from.layer) && kept.contains($0.to.layer) }
    features = IREdge.End(layer: layers[last].id, port: port)
    featureCount = count
    opening = parts.opening
    self.weights = Array(weights[..<end])
  }

  /// A model, as the two files that OpenVINO reads.
  package struct Model: Sendable {
    package let document: [UInt8]
    package let weights: [UInt8]
  }

  /// The network that gives the features themselves, as the output `features`.
  package var alone: Model {
    let result = IRLayer(id: nextID, name: "result", type: "Result", inputs: [[-1, featureCount]])
    return Model(
      document: text(adding: [result], [IREdge(from: features, to: .init(layer: result.id, port: 0))]), weights: weights
    )
  }

  /// The network that gives class scores, as the output `logits`: a linear layer of the square roots of the features.
  ///
  /// - Parameters:
  ///   - head: of as many features as there are.
  package func model(_ head: LinearHead) -> Model {
    precondition(head.weights.count == head.biases.count * featureCount)
    let (first, classes) = (nextID, head.biases.count)
    var bytes = weights
    // Constants lie where vector instructions like them.
    bytes += [UInt8](repeating: 0, count: (64 - bytes.count % 64) % 64)
    let weightsOffset = bytes.count
    bytes.append(littleEndian: head.weights)
    let biasesOffset = bytes.count
    bytes.append(littleEndian: head.biases)
    let added = [
      IRLayer(
        id: first, name: "roots", type: "Sqrt", inputs: [[-1, featureCount]], output: [-1, featureCount]),
      IRLayer(
        id: first + 1, name: "weights", type: "Const",
        data:
          #"element_type="f32" shape="\#(classes), \#(featureCount)" offset="\#(weightsOffset)" size="\#(4 * head.weights.count)""#,
        output: [classes, featureCount]),
      IRLayer(
        id: first + 2, name: "products", type: "MatMul", data: #"transpose_a="false" transpose_b="true""#,
        inputs: [[-1, featureCount], [classes, featureCount]], output: [-1, classes]),
      IRLayer(
        id: first + 3, name: "biases", type: "Const",
        data: #"element_type="f32" shape="1, \#(classes)" offset="\#(biasesOffset)" size="\#(4 * classes)""#,
        output: [1, classes]),
      IRLayer(
        id: first + 4, name: "sums", type: "Add", data: #"auto_broadcast="numpy""#,
        inputs: [[-1, classes], [1, classes]],
        output: [-1, classes], outputName: "logits"),
      IRLayer(id: first + 5, name: "result", type: "Result", inputs: [[-1, classes]]),
    ]
    func edge(_ from: Int, _ port: Int, _ to: Int, _ toPort: Int) -> IREdge {
      IREdge(from: .init(layer: first + from, port: port), to: .init(layer: first + to, port: toPort))
    }
    let joined = [
      IREdge(from: features, to: .init(layer: first, port: 0)), edge(0, 1, 2, 0), edge(1, 0, 2, 1), edge(2, 2, 4, 0),
      edge(3, 0, 4, 1), edge(4, 2, 5, 0),
    ]
    return Model(document: text(adding: added, joined), weights: bytes)
  }

  private var nextID: Int { (layers.map(\.id).max() ?? -1) + 1 }

  private func text(adding added: [IRLayer], _ joined: [IREdge]) -> [UInt8] {
    let all = (layers + added).map { "\t\t\($0.text)\n" }.joined()
    let lines = (edges + joined).map { "\t\t\($0.text)\n" }.joined()
    return Array("\(opening)\(all)\t</layers>\n\t<edges>\n\(lines)\t</edges>\n\t<rt_info />\n</net>\n".utf8)
  }
}

/// A linear layer: scores = weights · features + biases.
package struct LinearHead: Sendable, Hashable {
  /// Classes × features, row after row.
  package let weights: [Float]
  /// One for each class.
  package let biases: [Float]

  package init(weights: [Float], biases: [Float]) {
    self.weights = weights
    self.biases = biases
  }
}

extension [UInt8] {
  fileprivate mutating func append(littleEndian values: [Float]) {
    reserveCapacity(count + 4 * values.count)
    for value in values {
      let bits = value.bitPattern
      for shift in stride(from: UInt32(0), to: 32, by: 8) { append(UInt8(truncatingIfNeeded: bits >> shift)) }
    }
  }
}

/// A convolution with constant weights: what is computed in 8-bit integers.
///
/// Rejected alternative: matrix products as well. OpenVINO 2026.4 on one thread computes two of them behind each other wrongly.
/// They are little of a convolutional network's time, and the last one gives the scores.
struct QuantisableConvolution {
  /// Its place among the nodes of the graph.
  let node: Int
  /// The tensor that comes in, before zeros are put around it.
  let activations: String
  /// The node that takes the activations: the convolution itself, or what puts zeros around them for it.
  let entrance: Int
  let weights: String
  /// The largest weight of each output channel, in magnitude.
  let magnitudes: [Float]

  private static let operation = "Conv"
  /// Output channels, input channels, rows, columns.
  private static let axes = 4

  /// `nil` for other operations, for weights that are computed, and for those that are no single-precision numbers.
  ///
  /// - Complexity: O(weights + nodes).
  init?(_ place: Int, in model: ONNXModel, _ constants: [String: Range<Int>]) {
    let node = model.graph.nodes[place]
    guard node.operation == Self.operation, node.inputs.count >= 2, constants[node.inputs[0]] == nil,
      let contents = constants[node.inputs[1]], let constant = ONNXConstant(model.bytes, contents),
      constant.shape.count == Self.axes, let magnitudes = constant.largestMagnitudes(alongAxis: 0)
    else { return nil }
    self.node = place
    (entrance, activations) = model.graph.entrance(of: place, constants, model.bytes)
    weights = node.inputs[1]
    self.magnitudes = magnitudes
  }

  /// The shape that the magnitudes have beside the weights.
  var shape: [Int] { [magnitudes.count] + Array(repeating: 1, count: Self.axes - 1) }

  /// Operations that take most of a network's time, by which is told how much of it is computed in 8 bits.
  static let costly: Set = [operation, "ConvTranspose", "Gemm", "MatMul"]
}

extension ONNXGraph {
  /// Where activations are to be rounded for an operation, and which tensor that is.
  ///
  /// A network that pads by itself, as those of TensorFlow do, would else pad in single precision, and the operation before
  /// would give that. Zero is one of the levels, so padding changes nothing about them.
  fileprivate func entrance(
    of convolution: Int, _ constants: [String: Range<Int>], _ bytes: [UInt8]
  ) -> (node: Int, tensor: String) {
    let tensor = nodes[convolution].inputs[0]
    guard let place = nodes.firstIndex(where: { $0.outputs == [tensor] }), nodes[place].operation == "Pad",
      nodes[place].padsWithZeros(constants, bytes), nodes.count(where: { $0.inputs.contains(tensor) }) == 1,
      !outputs.contains(where: { $0.name == tensor })
    else { return (convolution, tensor) }
    return (place, nodes[place].inputs[0])
  }
}

extension ONNXGraph.Node {
  /// As since version 11 of the operators, where widths and value are inputs.
  fileprivate func padsWithZeros(_ constants: [String: Range<Int>], _ bytes: [UInt8]) -> Bool {
    guard inputs.count >= 2, texts["mode"] ?? "constant" == "constant" else { return false }
    guard inputs.count >= 3, !inputs[2].isEmpty else { return true }
    return constants[inputs[2]].flatMap { ONNXConstant(bytes, $0)?.isZero } ?? false
  }
}

extension ONNXModel {
  /// All that the engine computes rightly, in the order of the graph.
  ///
  /// - Complexity: O(weights + nodes²), of which there are hundreds.
  var quantisableConvolutions: [QuantisableConvolution] {
    let constants = graph.constants
    let faults = EngineFaults(self, constants)
    return graph.nodes.indices.compactMap { QuantisableConvolution($0, in: self, constants) }
      .filter { !faults.concern(graph.nodes[$0.node].inputs[0]) }
  }
}

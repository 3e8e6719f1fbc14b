import Common

extension ONNXModel {
  /// Of OpenVINO: rounds numbers to levels, which is how the engine is told to compute in 8-bit integers.
  private static let (roundingDomain, rounding) = ("org.openvinotoolkit", "FakeQuantize")
  /// Names of tensors that are added begin with this.
  static let prefix = "sluice/"

  /// The model with convolutions in 8-bit integers.
  ///
  /// Weights have levels of their own for each output channel, evenly around zero; activations have those that their range
  /// says. Everything else stays in single precision. Rejected alternative: ONNX's own `QuantizeLinear`, which has levels for
  /// each channel only in newer versions of its operators than many files name.
  ///
  /// Source: Jacob et al. 2018, Quantization and Training of Neural Networks for Efficient Integer-Arithmetic-Only Inference.
  ///
  /// - Returns: `nil` where there is a tensor without a range.
  /// - Complexity: O(bytes).
  func quantised(_ convolutions: [QuantisableConvolution], _ ranges: ActivationRanges) -> [UInt8]? {
    var added = Added()
    let byNode = Dictionary(convolutions.map { ($0.node, $0) }) { first, _ in first }
    let byEntrance = Dictionary(convolutions.map { ($0.entrance, $0.activations) }) { first, _ in first }
    var changed = ProtobufWriter()
    for (place, node) in graph.nodes.enumerated() {
      var inputs = node.inputs
      if let activations = byEntrance[place] {
        guard let range = ranges.ranges[activations] else { return nil }
        inputs[0] = added.rounded(
          activations, [QuantisationLevels(covering: range)], shape: [1], count: QuantisationLevels.ofActivations,
          in: &changed)
      }
      if let convolution = byNode[place] {
        inputs[1] = added.rounded(
          convolution.weights, convolution.magnitudes.map(QuantisationLevels.init(ofMagnitude:)),
          shape: convolution.shape,
          count: QuantisationLevels.ofWeights, in: &changed)
      }
      if inputs == node.inputs {
        changed.copy(bytes[node.place])
      } else {
        changed.add(ONNXGraph.Number.node, self.node(node, inputs: inputs))
      }
    }
    for field in ProtobufFields(bytes, place) where field.number != ONNXGraph.Number.node {
      changed.copy(bytes[field.whole])
    }
    changed.copy(added.constants.bytes[...])
    return with(graph: changed.bytes, operatorsOf: Self.roundingDomain)
  }

  /// A node with other inputs.
  private func node(_ node: ONNXGraph.Node, inputs: [String]) -> [UInt8] {
    var changed = ProtobufWriter()
    for input in inputs { changed.add(ONNXGraph.Number.inputOfNode, input.utf8) }
    for field in ProtobufFields(bytes, node.contents) where field.number != ONNXGraph.Number.inputOfNode {
      changed.copy(bytes[field.whole])
    }
    return changed.bytes
  }

  /// What was added to a graph so far.
  private struct Added {
    private(set) var constants = ProtobufWriter()
    private var names: Set<String> = []

    /// The name of the tensor rounded to levels, by a node that is added unless it is there already.
    mutating func rounded(
      _ tensor: String, _ levels: [QuantisationLevels], shape: [Int], count: Int, in nodes: inout ProtobufWriter
    ) -> String {
      let name = "\(prefix)\(tensor)/rounded"
      guard names.insert(name).inserted else { return name }
      let (lowest, highest) = ("\(prefix)\(tensor)/lowest", "\(prefix)\(tensor)/highest")
      constants.add(ONNXGraph.Number.initializer, ONNXConstant.tensor(lowest, levels.map(\.lowest), shape: shape))
      constants.add(ONNXGraph.Number.initializer, ONNXConstant.tensor(highest, levels.map(\.highest), shape: shape))
      nodes.add(
        ONNXGraph.Number.node,
        ONNXGraph.node(
          "\(roundingDomain).\(rounding)", [tensor, lowest, highest, lowest, highest], output: name,
          integers: ["levels": count]))
      return name
    }
  }
}

/// Convolutions of single places that step over some, whose steps the engine takes too early.
///
/// OpenVINO 2026.4 moves the steps of such a convolution to the convolutions before it, so that no place is computed in vain: to
/// the next one, and past one of single places further up. It forgets that padding shifts the places, and goes wrong past a
/// tensor that is split. Where slices split it, it does not even compile the model.
extension ONNXModel {
  private static let convolution = "Conv"
  /// Padding of its own, and what the engine makes a split of.
  private static let shifting: Set = ["Pad", "Split", "Slice"]
  /// Output channels and input channels.
  private static let axesOfChannels = 2

  /// What goes into those convolutions.
  ///
  /// - Parameters:
  ///   - nodes: of the graph, sorted.
  /// - Complexity: O(nodes).
  func stridedProjections(_ nodes: [ONNXGraph.Node]) -> [String] {
    let constants = graph.constants
    let shifted = tensorsBehindShifts(nodes, constants)
    return nodes.filter { node in
      let isStrided = node.lists["strides"]?.contains { $0 > 1 } == true
      return isStrided && isOfSinglePlaces(node, constants) && isShifting(node, shifted)
    }.compactMap(\.inputs.first)
  }

  /// What is padded, split, or made of that without a convolution of more than single places between.
  private func tensorsBehindShifts(
    _ nodes: [ONNXGraph.Node], _ constants: [String: Range<Int>]
  ) -> Set<String> {
    var shifted: Set<String> = []
    for node in nodes where node.operation != Self.convolution || isOfSinglePlaces(node, constants) {
      if isShifting(node, shifted) { shifted.formUnion(node.outputs) }
    }
    return shifted
  }

  private func isShifting(_ node: ONNXGraph.Node, _ shifted: Set<String>) -> Bool {
    let isPadded = node.operation == Self.convolution && node.lists["pads"]?.contains { $0 != 0 } == true
    return isPadded || Self.shifting.contains(node.operation) || node.inputs.contains(where: shifted.contains)
  }

  /// Whether it is a convolution of single places, or may be one: where nothing says how large its weights are.
  private func isOfSinglePlaces(_ node: ONNXGraph.Node, _ constants: [String: Range<Int>]) -> Bool {
    guard node.operation == Self.convolution else { return false }
    if let kernel = node.lists["kernel_shape"] { return kernel.allSatisfy { $0 == 1 } }
    guard node.inputs.count > 1, let weights = constants[node.inputs[1]],
      let shape = ONNXConstant.shape(bytes, weights)
    else { return true }
    return shape.dropFirst(Self.axesOfChannels).allSatisfy { $0 == 1 }
  }
}

/// A maximum over places and the activation behind it, which the engine swaps.
///
/// OpenVINO 2026.4 puts an activation behind a convolution into the convolution, also from behind a `MaxPool`. The maximum of
/// activated numbers is the activated maximum only where the activation never falls. GELU, SiLU, Mish, HardSwish and the
/// absolute value do fall somewhere, and so does a leaky one with a negative slope.
extension ONNXModel {
  private static let (convolution, pooling) = ("Conv", "MaxPool")
  /// What is computed inside of a convolution, or not at all: behind it, a pooling stands as near to the convolution.
  private static let folded: Set = [
    "BatchNormalization", "Add", "Sub", "Mul", "Div", "Neg", "Identity", "Dropout", "Reshape", "Squeeze", "Unsqueeze",
    "Flatten", "Transpose", "Cast",
  ]
  /// Activations that never fall, and what an activation is moved past as well.
  private static let rising: Set = [
    "Relu", "Clip", "Tanh", "Sigmoid", "Identity", "Dropout", "Reshape", "Squeeze", "Unsqueeze", "Flatten", "Transpose",
    "Cast",
  ]
  /// What no activation is moved past.
  private static let closing: Set = [
    "Conv", "ConvTranspose", "Gemm", "MatMul", "MaxPool", "AveragePool", "GlobalAveragePool", "BatchNormalization",
    "Add", "Concat", "Pad",
  ]

  /// What those poolings give that are not known to be computed rightly.
  ///
  /// - Parameters:
  ///   - nodes: of the graph, sorted.
  /// - Complexity: O(nodes).
  static func swappedPoolings(_ nodes: [ONNXGraph.Node]) -> [String] {
    let (near, falling) = (tensorsNearConvolutions(nodes), tensorsThatMayFall(nodes))
    return nodes.filter { $0.operation == pooling && $0.inputs.contains(where: near.contains) }
      .compactMap(\.outputs.first).filter(falling.contains)
  }

  /// What convolutions give, also with what is computed inside of them.
  private static func tensorsNearConvolutions(_ nodes: [ONNXGraph.Node]) -> Set<String> {
    var near: Set<String> = []
    for node in nodes {
      let isFolded = folded.contains(node.operation) && node.inputs.contains(where: near.contains)
      if node.operation == convolution || isFolded { near.formUnion(node.outputs) }
    }
    return near
  }

  /// What goes into anything that is not known to be moved rightly, directly or past others.
  private static func tensorsThatMayFall(_ nodes: [ONNXGraph.Node]) -> Set<String> {
    var falling: Set<String> = []
    for node in nodes.reversed() where !closing.contains(node.operation) {
      if !rising.contains(node.operation) || node.outputs.contains(where: falling.contains) {
        falling.formUnion(node.inputs)
      }
    }
    return falling
  }
}

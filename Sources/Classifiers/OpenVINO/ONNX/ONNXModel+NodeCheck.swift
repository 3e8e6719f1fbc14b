import Common

/// What nodes of an ONNX model lack. The engine takes inputs and outputs by their places without asking how many there are, and a
/// place that is not there ends the process.
extension ONNXModel {
  /// - Throws: `unreadable-model` for the first node that has no output, no input, or fewer inputs than it needs, also in graphs
  ///   that nodes hold.
  /// - Complexity: O(fields).
  func checkNodes(ofModelAt path: String) throws(SluiceError) {
    let padsByInput = operators ?? .max >= Self.firstToPadByInput
    var graphs = [graph]
    while let graph = graphs.popLast() {
      for (place, node) in graph.nodes.enumerated() {
        if let lack = Self.lack(of: node, padsByInput: padsByInput) {
          throw SluiceError(
            .unreadableModel,
            "the model \(path) cannot be read: a node (\(node.operation.printableName), \(place + 1) of \(graph.nodes.count)) "
              + "has \(lack)",
            remedy: "export the model again, or copy it again")
        }
        // What is no graph is refused by the engine.
        graphs += node.graphs.compactMap { ONNXGraph(bytes, $0) }
      }
    }
  }

  private static func lack(of node: ONNXGraph.Node, padsByInput: Bool) -> String? {
    // An input or output that is left out has the empty name.
    if node.outputs.allSatisfy(\.isEmpty) { return "no output" }
    if mayLackInputs.contains(node.operation) || !isOfReadDomain(node.operation) { return nil }
    if node.inputs.first?.isEmpty ?? true { return "no input" }
    let fewest = padsByInput && node.operation == "Pad" ? 2 : fewestInputs[node.operation] ?? 1
    return node.inputs.count < fewest ? "\(node.inputs.count) of the \(fewest) inputs that it needs" : nil
  }

  /// Whether the engine reads operations of the domain. It refuses others by itself, and says which; a function of the model's own
  /// needs no input.
  private static func isOfReadDomain(_ operation: String) -> Bool {
    !operation.contains(".") || readDomains.contains { operation.hasPrefix("\($0).") }
  }

  /// Besides ONNX's own, whose operations stand without one.
  private static let readDomains = ["com.microsoft", "mmdeploy", "org.openvinotoolkit", "org.pytorch.aten"]
  /// Operations that the standard permits without an input, or of which the first may be left out, and those that the engine
  /// reads all the same.
  private static let mayLackInputs: Set = [
    "Constant", "ConstantOfShape", "EyeLike", "If", "Loop", "Optional", "OptionalHasElement", "RandomNormal",
    "RandomNormalLike", "RandomUniform", "RandomUniformLike", "Scan", "SequenceEmpty",
  ]
  /// Before this version of the operators, `Pad` had its widths as an attribute.
  private static let firstToPadByInput: UInt64 = 11
  /// Operations that need more than one. OpenVINO 2026.4 refuses others by itself where inputs are missing.
  private static let fewestInputs = [
    "Conv": 2, "ConvTranspose": 2, "Gemm": 2, "MatMul": 2, "Add": 2, "Sub": 2, "Mul": 2, "Div": 2,
    "com.microsoft.Attention": 3, "com.microsoft.FusedConv": 2, "com.microsoft.Pad": 2,
    "org.openvinotoolkit.DetectionOutput": 3, "org.openvinotoolkit.ExperimentalDetectronDetectionOutput": 4,
    "org.openvinotoolkit.ExperimentalDetectronPriorGridGenerator": 3,
    "org.openvinotoolkit.ExperimentalDetectronTopKROIs": 2,
  ]
}

/// Inner tensors of an ONNX model that become outputs beside its own ones, so that the engine gives the model's own answers.
///
/// OpenVINO 2026.4 joins operations and moves them past each other. Two of its ways are wrong, and the answer is then that of
/// another network, without a word. A tensor that is given out has to be computed, so neither is done past it. Nobody reads
/// these outputs, and nothing is changed about other models.
package struct ExposedTensors: Sendable {
  /// In the order of the nodes in the file.
  package let names: [String]

  /// Raised with every change of what is exposed: calibrations of such models are bound to it, and so are compiled models.
  static let version = 1

  init(_ model: ONNXModel) {
    let nodes = model.graph.sortedNodes
    let found = Set(ONNXModel.swappedPoolings(nodes) + model.stridedProjections(nodes))
    // What no node makes is an input of the model, and what is an output already is computed as it is.
    let outputs = Set(model.graph.outputs.map(\.name))
    names = model.graph.nodes.flatMap(\.outputs).filter {
      !$0.isEmpty && found.contains($0) && !outputs.contains($0)
    }
  }

  /// Those of a file; none of one that is not ONNX, whatever its name is, or that cannot be read.
  ///
  /// - Complexity: O(bytes).
  package init(ofModelAt path: String) {
    names = ONNXModel(whateverIsAt: path).map { ExposedTensors($0).names } ?? []
  }

  /// - Parameters:
  ///   - bytes: an ONNX model.
  init(_ bytes: [UInt8]) { names = ONNXModel(bytes).map { ExposedTensors($0).names } ?? [] }

  /// What scores depend on besides the file; `nil` where nothing is exposed.
  package var text: String? {
    names.isEmpty ? nil : (["exposed \(Self.version)"] + names).joined(separator: "\n")
  }
}

extension ONNXModel {
  /// The model with tensors as further outputs, behind its own ones.
  ///
  /// - Complexity: O(bytes).
  func exposing(_ tensors: [String]) -> [UInt8] {
    guard !tensors.isEmpty else { return bytes }
    var exposed = ProtobufWriter()
    exposed.copy(bytes[place])
    for tensor in tensors {
      exposed.add(
        ONNXGraph.Number.output, ONNXGraph.value(tensor, element: graph.elements[tensor], shape: nil))
    }
    return with(graph: exposed.bytes)
  }
}

import Common

extension ONNXModel {
  /// The one output of an observed model.
  static let extremes = prefix + "extremes"

  /// The model with the lowest and the highest value of each tensor as its only output: first all lowest, then all highest.
  ///
  /// - Parameters:
  ///   - tensors: at least one.
  /// - Complexity: O(bytes).
  func observed(_ tensors: [String]) -> [UInt8] {
    var observed = ProtobufWriter()
    let dropped: Set = [ONNXGraph.Number.output, ONNXGraph.Number.node]
    for node in graph.nodes { observed.copy(bytes[node.place]) }
    var numbers: [String] = []
    for reduction in ["ReduceMin", "ReduceMax"] {
      for tensor in tensors {
        let extreme = "\(Self.prefix)\(tensor)/\(reduction)"
        observed.add(ONNXGraph.Number.node, ONNXGraph.node(reduction, [tensor], output: extreme))
        observed.add(
          ONNXGraph.Number.node, ONNXGraph.node("Reshape", [extreme, Self.oneNumber], output: extreme + "/number"))
        numbers.append(extreme + "/number")
      }
    }
    observed.add(
      ONNXGraph.Number.node, ONNXGraph.node("Concat", numbers, output: Self.extremes, integers: ["axis": 0]))
    for field in ProtobufFields(bytes, place) where !dropped.contains(field.number) {
      observed.copy(bytes[field.whole])
    }
    observed.add(ONNXGraph.Number.initializer, ONNXConstant.tensor(Self.oneNumber, [1] as [Int64], shape: [1]))
    observed.add(ONNXGraph.Number.output, ONNXGraph.value(Self.extremes, shape: [numbers.count]))
    return with(graph: observed.bytes)
  }

  /// The shape of a number.
  private static let oneNumber = prefix + "one number"
}

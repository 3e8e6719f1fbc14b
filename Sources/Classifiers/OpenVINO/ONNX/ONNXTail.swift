import Common

/// The part of an ONNX model behind one of its tensors, as a model whose input that tensor is.
///
/// Exported models often begin with a preparation of their own: numbers are scaled, and pictures resized to the size that
/// the network was trained at. Asked from behind that, the model takes pictures of that size as the filter prepares them, or
/// of another one, and the time of the preparation is saved. Nothing else of the model changes.
struct ONNXTail {
  /// An ONNX model.
  let bytes: [UInt8]
  /// Whether the file says of what type the tensor is; else it is taken to be of single-precision numbers.
  let statesElement: Bool

  /// A batch of pictures.
  private static let axes = 4

  /// - Parameters:
  ///   - tensor: what a node of the model makes.
  /// - Returns: `nil` for a file that is not ONNX or whose model makes no such tensor.
  /// - Throws: `unreadable-file`; `model-mismatch` where no output is made of that tensor alone, and for a model whose weights
  ///   are in files of their own.
  /// - Complexity: O(bytes).
  init?(ofModelAt path: String, from tensor: String) throws(SluiceError) {
    guard let model = try ONNXModel(readFrom: path), model.graph.makes(tensor) else { return nil }
    guard ExternalWeights(ofModelAt: path).names.isEmpty else {
      throw SluiceError(
        .modelMismatch, "the model \(path) has weights in files of their own, so it cannot be asked from `\(tensor)`",
        remedy: "export it with its weights, or name its input")
    }
    guard let tail = Self.graph(model.graph, model.bytes, model.place, from: tensor) else {
      throw SluiceError(
        .modelMismatch, "no output of the model \(path) is made of `\(tensor)` alone",
        remedy: "name its input, or a tensor that everything behind it is made of")
    }
    bytes = model.with(graph: tail)
    statesElement = model.graph.elements[tensor] != nil
  }

  /// The graph from a tensor on, with the outputs that are made of it alone; `nil` where there are none.
  private static func graph(
    _ graph: ONNXGraph, _ bytes: [UInt8], _ place: Range<Int>, from tensor: String
  ) -> [UInt8]? {
    let (nodes, outputs) = graph.part(behind: tensor)
    guard !outputs.isEmpty else { return nil }
    let used = Set(nodes.flatMap { graph.nodes[$0].inputs })
    var tail = ProtobufWriter()
    for node in nodes { tail.copy(bytes[graph.nodes[node].place]) }
    for field in ProtobufFields(bytes, place) where field.number == ONNXGraph.Number.name {
      tail.copy(bytes[field.whole])
    }
    for constant in graph.initializers where used.contains(constant.name) { tail.copy(bytes[constant.place]) }
    // What the file states of shapes was for the size that it prepared pictures at.
    let open = [Int?](repeating: nil, count: axes)
    tail.add(ONNXGraph.Number.input, ONNXGraph.value(tensor, element: graph.elements[tensor], shape: open))
    for output in outputs { tail.copy(bytes[graph.outputs[output].place]) }
    return tail.bytes
  }
}

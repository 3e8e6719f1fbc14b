import Common
import Files

/// The part of an ONNX model behind one of its tensors, as a model whose input that tensor is.
///
/// Exported models often begin with a preparation of their own: numbers are scaled, and pictures resized to the size that
/// the network was trained at. Asked from behind that, the model takes pictures of that size as the filter prepares them, or
/// of another one, and the time of the preparation is saved. Nothing else of the model changes.
struct ONNXTail {
  /// An ONNX model.
  let bytes: [UInt8]

  /// More than a protocol buffer may hold.
  private static let maxBytes = 1 << 31
  private static let float32: UInt64 = 1
  /// A batch of pictures.
  private static let axes = 4

  /// - Parameters:
  ///   - tensor: what a node of the model makes.
  /// - Returns: `nil` for a file that is not ONNX or whose model makes no such tensor.
  /// - Throws: `unreadable-file`; `model-mismatch` where no output is made of that tensor alone, and for a model whose weights
  ///   are in files of their own.
  /// - Complexity: O(bytes).
  init?(ofModelAt path: String, from tensor: String) throws(SluiceError) {
    guard path.lowercased().hasSuffix(".onnx") else { return nil }
    let bytes = try readFile(path, atMost: Self.maxBytes)
    let fields = Array(ProtobufFields(bytes, bytes.indices))
    let graphs = fields.filter { $0.number == ONNXGraph.Number.graphOfModel }
    guard graphs.count == 1, let place = graphs[0].contents, let graph = ONNXGraph(bytes, place), graph.makes(tensor)
    else { return nil }
    guard ExternalWeights(ofModelAt: path).names.isEmpty else {
      throw SluiceError(
        .modelMismatch, "the model \(path) has weights in files of their own, so it cannot be asked from `\(tensor)`",
        remedy: "export it with its weights, or name its input")
    }
    guard let tail = Self.graph(graph, bytes, place, from: tensor) else {
      throw SluiceError(
        .modelMismatch, "no output of the model \(path) is made of `\(tensor)` alone",
        remedy: "name its input, or a tensor that everything behind it is made of")
    }
    var model = ProtobufWriter()
    for field in fields {
      if field.number == ONNXGraph.Number.graphOfModel {
        model.add(field.number, tail)
      } else {
        model.copy(bytes[field.whole])
      }
    }
    self.bytes = model.bytes
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
    tail.add(ONNXGraph.Number.input, input(tensor, element: graph.elements[tensor] ?? float32))
    for output in outputs { tail.copy(bytes[graph.outputs[output].place]) }
    return tail.bytes
  }

  /// An input with four open axes: what the file states of shapes was for the size that it prepared pictures at.
  private static func input(_ name: String, element: UInt64) -> [UInt8] {
    var (shape, tensor, type, value) = (ProtobufWriter(), ProtobufWriter(), ProtobufWriter(), ProtobufWriter())
    for _ in 0..<axes { shape.add(ONNXGraph.Number.dimensionOfShape, []) }
    tensor.add(ONNXGraph.Number.elementOfTensor, element)
    tensor.add(ONNXGraph.Number.shapeOfTensor, shape.bytes)
    type.add(ONNXGraph.Number.tensorOfType, tensor.bytes)
    value.add(ONNXGraph.Number.nameOfValue, Array(name.utf8))
    value.add(ONNXGraph.Number.typeOfValue, type.bytes)
    return value.bytes
  }
}

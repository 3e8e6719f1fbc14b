import Common

extension ONNXGraph {
  private static let float32: UInt64 = 1
  /// `AttributeProto.AttributeType.INT`
  private static let integerType: UInt64 = 2

  /// A `NodeProto`.
  ///
  /// - Parameters:
  ///   - operation: with the domain before it where it is not one of ONNX.
  static func node(
    _ operation: String, _ inputs: [String], output: String, integers: KeyValuePairs<String, Int> = [:]
  ) -> [UInt8] {
    let end = operation.lastIndex(of: ".")
    var node = ProtobufWriter()
    for input in inputs { node.add(Number.inputOfNode, input.utf8) }
    node.add(Number.outputOfNode, output.utf8)
    node.add(Number.nameOfNode, output.utf8)
    node.add(Number.operationOfNode, operation[(end.map(operation.index(after:)) ?? operation.startIndex)...].utf8)
    for (name, value) in integers { node.add(Number.attributeOfNode, attribute(name, value)) }
    if let end { node.add(Number.domainOfNode, operation[..<end].utf8) }
    return node.bytes
  }

  private static func attribute(_ name: String, _ value: Int) -> [UInt8] {
    var attribute = ProtobufWriter()
    attribute.add(Number.nameOfAttribute, name.utf8)
    attribute.add(Number.integerOfAttribute, UInt64(bitPattern: Int64(value)))
    attribute.add(Number.typeOfAttribute, integerType)
    return attribute.bytes
  }

  /// A `ValueInfoProto`: an input or an output.
  ///
  /// - Parameters:
  ///   - sizes: `nil` for an axis that is open, and for a shape of which nothing is said.
  static func value(_ name: String, element: UInt64? = nil, shape sizes: [Int?]?) -> [UInt8] {
    var (tensor, type, value) = (ProtobufWriter(), ProtobufWriter(), ProtobufWriter())
    tensor.add(Number.elementOfTensor, element ?? float32)
    if let sizes { tensor.add(Number.shapeOfTensor, shape(sizes)) }
    type.add(Number.tensorOfType, tensor.bytes)
    value.add(Number.nameOfValue, name.utf8)
    value.add(Number.typeOfValue, type.bytes)
    return value.bytes
  }

  private static func shape(_ sizes: [Int?]) -> [UInt8] {
    var shape = ProtobufWriter()
    for size in sizes {
      var dimension = ProtobufWriter()
      if let size { dimension.add(Number.valueOfDimension, UInt64(size)) }
      shape.add(Number.dimensionOfShape, dimension.bytes)
    }
    return shape.bytes
  }
}

extension ONNXConstant {
  /// A `TensorProto` of single-precision numbers.
  static func tensor(_ name: String, _ numbers: [Float], shape: [Int]) -> [UInt8] {
    tensor(name, float32, shape, numbers.reduce(into: []) { $0.append(littleEndian: $1.bitPattern) })
  }

  /// A `TensorProto` of whole numbers.
  static func tensor(_ name: String, _ numbers: [Int64], shape: [Int]) -> [UInt8] {
    tensor(name, int64, shape, numbers.reduce(into: []) { $0.append(littleEndian: $1) })
  }

  private static func tensor(_ name: String, _ element: UInt64, _ shape: [Int], _ data: [UInt8]) -> [UInt8] {
    var tensor = ProtobufWriter()
    for size in shape { tensor.add(ONNXGraph.Number.dimensionsOfTensor, UInt64(size)) }
    tensor.add(ONNXGraph.Number.elementTypeOfTensor, element)
    tensor.add(ONNXGraph.Number.nameOfTensor, name.utf8)
    tensor.add(ONNXGraph.Number.rawDataOfTensor, data)
    return tensor.bytes
  }
}

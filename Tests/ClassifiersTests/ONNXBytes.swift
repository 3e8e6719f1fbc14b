/// Small ONNX models, sound or not, as the bytes of their protocol buffers.
enum ONNXBytes {
  /// A model with the input `x` of shape 1×3×16×16 and the output `y`.
  static func model(_ nodes: [[UInt8]], operators: UInt8 = 13) -> [UInt8] {
    let sizes: [UInt8] = [1, 3, 16, 16]
    let shape = sizes.flatMap { field(1, [0x08, $0]) }
    let ports = field(11, value("x", field(2, shape))) + field(12, value("y", []))
    let graph: [UInt8] = nodes.flatMap { field(1, $0) } + field(2, Array("graph".utf8)) + ports
    return [0x08, 8] + field(7, graph) + field(8, [0x10, operators])
  }

  /// A `NodeProto`, with an attribute for each of its branches; of ONNX's own domain where none is named.
  static func node(
    _ operation: String, _ inputs: [String], _ outputs: [String], branches: [[[UInt8]]] = [], domain: String = ""
  ) -> [UInt8] {
    let names: [UInt8] = inputs.flatMap { field(1, Array($0.utf8)) } + outputs.flatMap { field(2, Array($0.utf8)) }
    let attributes: [UInt8] = branches.flatMap { nodes -> [UInt8] in
      let graph: [UInt8] = nodes.flatMap { field(1, $0) } + field(2, Array("branch".utf8))
      return field(5, field(1, Array("then_branch".utf8)) + field(6, graph) + [0xA0, 0x01, 5])
    }
    return names + field(4, Array(operation.utf8)) + attributes + field(7, Array(domain.utf8))
  }

  /// A `ValueInfoProto` of single-precision numbers.
  private static func value(_ name: String, _ shape: [UInt8]) -> [UInt8] {
    field(1, Array(name.utf8)) + field(2, field(1, [0x08, 1] + shape))
  }

  /// A field of up to 16383 bytes.
  private static func field(_ number: UInt8, _ contents: [UInt8]) -> [UInt8] {
    let count = contents.count
    let length = count < 128 ? [UInt8(count)] : [UInt8(count & 127 | 128), UInt8(count >> 7)]
    return [number << 3 | 2] + length + contents
  }
}

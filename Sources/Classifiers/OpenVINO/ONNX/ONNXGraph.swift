/// The graph of an ONNX model, as far as it says what is made of what.
struct ONNXGraph {
  struct Node {
    let place: Range<Int>
    /// The place without tag and length.
    let contents: Range<Int>
    let inputs: [String]
    let outputs: [String]
    /// What it computes, as in `Conv`; with the domain before it where that is not ONNX's own.
    let operation: String
    /// Its attributes that are several integers, and those that are texts.
    let lists: [String: [Int]]
    let texts: [String: String]
    /// Where the value of a `Constant` lies.
    let tensor: Range<Int>?
    /// Where graphs of its own lie, which may use any tensor without naming it as an input.
    let graphs: [Range<Int>]

    var hasGraphs: Bool { !graphs.isEmpty }
  }

  /// A field with a name: an initializer, an input or an output.
  struct Named {
    let name: String
    let place: Range<Int>
    /// The place without tag and length.
    let contents: Range<Int>
  }

  private(set) var nodes: [Node] = []
  private(set) var initializers: [Named] = []
  private(set) var outputs: [Named] = []
  /// The element types that the file states for tensors between the nodes, by their names.
  private(set) var elements: [String: UInt64] = [:]

  /// The numbers of fields in the messages of ONNX.
  enum Number {
    static let graphOfModel = 7
    static let (node, name, initializer, input, output, valueInfo) = (1, 2, 5, 11, 12, 13)
    static let (inputOfNode, outputOfNode, nameOfNode, operationOfNode) = (1, 2, 3, 4)
    static let (attributeOfNode, domainOfNode) = (5, 7)
    static let (nameOfAttribute, integerOfAttribute, textOfAttribute) = (1, 3, 4)
    static let (tensorOfAttribute, graphOfAttribute, integersOfAttribute) = (5, 6, 8)
    static let (graphsOfAttribute, typeOfAttribute) = (11, 20)
    static let (dimensionsOfTensor, elementTypeOfTensor, floatsOfTensor, integersOfTensor) = (1, 2, 4, 7)
    static let (nameOfTensor, rawDataOfTensor, externalDataOfTensor) = (8, 9, 13)
    static let (nameOfValue, typeOfValue) = (1, 2)
    static let (tensorOfType, elementOfTensor, shapeOfTensor) = (1, 1, 2)
    static let (dimensionOfShape, valueOfDimension) = (1, 1)
  }

  /// `nil` where the bytes are not a graph.
  ///
  /// - Complexity: O(fields): weights are passed over.
  init?(_ bytes: [UInt8], _ range: Range<Int>) {
    var fields = ProtobufFields(bytes, range)
    while let field = fields.next() {
      guard let contents = field.contents else { continue }
      switch field.number {
      case Number.node: nodes.append(Node(bytes, contents, place: field.whole))
      case Number.initializer:
        initializers.append(Named(bytes, contents, number: Number.nameOfTensor, place: field.whole))
      case Number.output: outputs.append(Named(bytes, contents, number: Number.nameOfValue, place: field.whole))
      case Number.valueInfo:
        let name = ProtobufFields(bytes, contents).text(Number.nameOfValue)
        elements[name] = ProtobufFields(bytes, contents).element
      default: break
      }
    }
    guard fields.isWhole else { return nil }
  }

  /// Where the constants of the file lie, by their names.
  var constants: [String: Range<Int>] {
    var constants = Dictionary(initializers.map { ($0.name, $0.contents) }) { first, _ in first }
    for node in nodes where node.operation == "Constant" {
      if let name = node.outputs.first, let tensor = node.tensor { constants[name] = tensor }
    }
    return constants
  }

  /// The nodes with what makes a tensor before what takes it. The engine computes them in that order, whatever the file's is.
  /// Those that go in a circle are left out.
  ///
  /// - Complexity: O(inputs and outputs of all nodes).
  var sortedNodes: [Node] {
    var makers: [String: Int] = [:]
    for (place, node) in nodes.enumerated() {
      for output in node.outputs where !output.isEmpty { makers[output] = place }
    }
    var missing = [Int](repeating: 0, count: nodes.count)
    var takers = [[Int]](repeating: [], count: nodes.count)
    for (place, node) in nodes.enumerated() {
      for maker in node.inputs.compactMap({ makers[$0] }) {
        missing[place] += 1
        takers[maker].append(place)
      }
    }
    var order = nodes.indices.filter { missing[$0] == 0 }
    var next = 0
    while next < order.count {
      for taker in takers[order[next]] {
        missing[taker] -= 1
        if missing[taker] == 0 { order.append(taker) }
      }
      next += 1
    }
    return order.map { nodes[$0] }
  }

  func makes(_ tensor: String) -> Bool { nodes.contains { $0.outputs.contains(tensor) } }

  /// What is made of a tensor and of constants alone: the places of such outputs, and of all nodes that those need.
  ///
  /// - Complexity: O(nodes): they stand in the order in which they are computed, as ONNX wants it.
  func part(behind tensor: String) -> (nodes: [Int], outputs: [Int]) {
    var origins: [String: Origin] = [:]
    for constant in initializers { origins[constant.name] = .constant }
    origins[tensor] = .tensor
    var makers: [String: Int] = [:]
    for (place, node) in nodes.enumerated() {
      let origin = origin(of: node, origins)
      for output in node.outputs where output != tensor {
        origins[output] = origin
        makers[output] = place
      }
    }
    let kept = outputs.indices.filter { origins[outputs[$0].name] == .tensor && outputs[$0].name != tensor }
    return (needed(for: kept.map { outputs[$0].name }, makers), kept)
  }

  /// What a tensor is made of.
  private enum Origin {
    case constant
    /// The tensor in question, and perhaps constants.
    case tensor
    case other
  }

  private func origin(of node: Node, _ origins: [String: Origin]) -> Origin {
    // An input that is left out has the empty name.
    let inputs = node.inputs.filter { !$0.isEmpty }.map { origins[$0] ?? .other }
    if node.hasGraphs || inputs.contains(.other) { return .other }
    return inputs.contains(.tensor) ? .tensor : .constant
  }

  private func needed(for outputs: [String], _ makers: [String: Int]) -> [Int] {
    var found: Set<Int> = []
    var wanted = outputs
    while let name = wanted.popLast() {
      if let maker = makers[name], found.insert(maker).inserted { wanted += nodes[maker].inputs }
    }
    return found.sorted()
  }
}

extension ONNXGraph.Node {
  fileprivate init(_ bytes: [UInt8], _ contents: Range<Int>, place: Range<Int>) {
    var (inputs, outputs, graphs): ([String], [String], [Range<Int>]) = ([], [], [])
    var (operation, domain, tensor): (String, String, Range<Int>?) = ("", "", nil)
    var (lists, texts): ([String: [Int]], [String: String]) = ([:], [:])
    for field in ProtobufFields(bytes, contents) {
      guard let contents = field.contents else { continue }
      switch field.number {
      case ONNXGraph.Number.inputOfNode: inputs.append(String(decoding: bytes[contents], as: UTF8.self))
      case ONNXGraph.Number.outputOfNode: outputs.append(String(decoding: bytes[contents], as: UTF8.self))
      case ONNXGraph.Number.operationOfNode: operation = String(decoding: bytes[contents], as: UTF8.self)
      case ONNXGraph.Number.domainOfNode: domain = String(decoding: bytes[contents], as: UTF8.self)
      case ONNXGraph.Number.attributeOfNode:
        let attribute = ProtobufFields(bytes, contents)
        let name = attribute.text(ONNXGraph.Number.nameOfAttribute)
        for member in attribute {
          switch (member.number, member.contents) {
          case (ONNXGraph.Number.integersOfAttribute, _): lists[name, default: []] += member.integers(in: bytes)
          case (ONNXGraph.Number.textOfAttribute, let text?): texts[name] = String(decoding: bytes[text], as: UTF8.self)
          case (ONNXGraph.Number.tensorOfAttribute, let place?): tensor = place
          case (ONNXGraph.Number.graphOfAttribute, let place?): graphs.append(place)
          case (ONNXGraph.Number.graphsOfAttribute, let place?): graphs.append(place)
          default: break
          }
        }
      default: break
      }
    }
    let isOfONNX = domain.isEmpty || domain == "ai.onnx"
    self.init(
      place: place, contents: contents, inputs: inputs, outputs: outputs,
      operation: isOfONNX ? operation : "\(domain).\(operation)",
      lists: lists, texts: texts, tensor: tensor, graphs: graphs)
  }
}

extension ONNXGraph.Named {
  fileprivate init(_ bytes: [UInt8], _ contents: Range<Int>, number: Int, place: Range<Int>) {
    self.init(name: ProtobufFields(bytes, contents).text(number), place: place, contents: contents)
  }
}

extension ProtobufFields {
  /// The text in a field of the message; empty where it is not there.
  fileprivate func text(_ number: Int) -> String {
    contents(number).map { String(decoding: bytes[$0], as: UTF8.self) } ?? ""
  }

  private func contents(_ number: Int) -> Range<Int>? { first { $0.number == number }?.contents }

  /// The element type of a tensor that a `ValueInfoProto` describes.
  fileprivate var element: UInt64? {
    guard let type = contents(ONNXGraph.Number.typeOfValue),
      let tensor = ProtobufFields(bytes, type).contents(ONNXGraph.Number.tensorOfType)
    else { return nil }
    return ProtobufFields(bytes, tensor).first { $0.number == ONNXGraph.Number.elementOfTensor }?.value
  }
}

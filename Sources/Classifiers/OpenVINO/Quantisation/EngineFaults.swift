/// Which convolutions the engine computes wrongly in 8-bit integers, so that they stay in single precision.
///
/// OpenVINO 2026.4 moves the rounding of what goes into a convolution past the operations before it. Past a multiplication
/// behind a pooling, past a maximum over many places, and past channels that are added around the others, it does so
/// wrongly: what the convolution gives is then off by some hundredths of its standard deviation, or by all of it.
struct EngineFaults {
  private let makers: [String: ONNXGraph.Node]
  /// Where the constants of the file lie, by their names.
  private let contents: [String: Range<Int>]
  /// Those, and what is made of them alone.
  private let constants: Set<String>
  private let bytes: [UInt8]

  private static let poolings: Set = ["MaxPool", "AveragePool", "GlobalAveragePool"]
  private static let extremes: Set = ["GlobalMaxPool", "ReduceMax", "ReduceMin"]
  private static let multiplications: Set = ["Mul", "Div", "BatchNormalization"]
  private static let sums: Set = ["Add", "Sub"]
  private static let (padding, joining) = ("Pad", "Concat")
  /// Further operations that a rounding may be moved past.
  private static let others: Set = [
    "Relu", "LeakyRelu", "Clip", "HardSwish", "HardSigmoid", "Sigmoid", "Neg", "Identity", "Dropout", "Transpose",
  ]
  /// Pictures, channels, rows, columns.
  private static let axes = 4
  private static let firstAxisOfPlaces = 2
  /// Before and behind columns, before and behind rows.
  private static let widthsOfPlaces = 4
  /// Operations between widths and the list that PyTorch computes them from.
  private static let longestComputation = 8

  /// - Complexity: O(nodes).
  init(_ model: ONNXModel, _ contents: [String: Range<Int>]) {
    let nodes = model.graph.nodes
    makers = Dictionary(nodes.flatMap { node in node.outputs.map { ($0, node) } }) { first, _ in first }
    var constants = Set(contents.keys)
    for node in nodes where !node.hasGraphs && node.inputs.allSatisfy({ $0.isEmpty || constants.contains($0) }) {
      constants.formUnion(node.outputs)
    }
    self.constants = constants
    self.contents = contents
    bytes = model.bytes
  }

  /// A tensor that goes into a convolution, directly or through operations that a rounding may be moved past.
  private struct Origin: Hashable {
    let tensor: String
    /// Whether it is multiplied on the way.
    var isMultiplied = false
    /// Whether it is put beside other tensors on the way: then only extremes go wrong.
    var isJoined = false
  }

  /// Whether a convolution of this tensor is one of them.
  ///
  /// - Complexity: O(nodes).
  func concern(_ tensor: String) -> Bool {
    var left = [Origin(tensor: tensor)]
    var seen: Set<Origin> = []
    while let origin = left.popLast() {
      guard seen.insert(origin).inserted, let node = makers[origin.tensor] else { continue }
      if isFault(node, origin) { return true }
      left += origins(node, origin)
    }
    return false
  }

  private func isFault(_ node: ONNXGraph.Node, _ origin: Origin) -> Bool {
    if Self.extremes.contains(node.operation) { return true }
    guard !origin.isJoined else { return false }
    if node.operation == Self.padding { return padsChannels(node) }
    return origin.isMultiplied && Self.poolings.contains(node.operation)
  }

  /// What the tensor is made of by an operation that a rounding may be moved past; nothing for any other.
  private func origins(_ node: ONNXGraph.Node, _ origin: Origin) -> [Origin] {
    let inputs = node.inputs.filter { !$0.isEmpty && !constants.contains($0) }
    let operation = node.operation
    let isMultiplication = Self.multiplications.contains(operation)
    guard
      isMultiplication || Self.poolings.contains(operation) || Self.others.contains(operation)
        || operation == Self.padding || operation == Self.joining || Self.sums.contains(operation) && inputs.count == 1
    else { return [] }
    return inputs.map {
      Origin(
        tensor: $0, isMultiplied: origin.isMultiplied || isMultiplication,
        isJoined: origin.isJoined || operation == Self.joining)
    }
  }

  /// Whether it is known to add anything but rows and columns.
  private func padsChannels(_ node: ONNXGraph.Node) -> Bool {
    guard let widths = node.lists["pads"] ?? integers(node, 1) else {
      return node.inputs.count > 1 && listOfPyTorch(node.inputs[1]).dropFirst(Self.widthsOfPlaces).contains { $0 != 0 }
    }
    let named = node.inputs.count > 3 && !node.inputs[3].isEmpty
    let axes = named ? integers(node, 3) : Array(0..<widths.count / 2)
    guard let axes, 2 * axes.count == widths.count else { return false }
    return axes.enumerated().contains { place, axis in
      (axis < 0 ? axis + Self.axes : axis) < Self.firstAxisOfPlaces
        && (widths[place] != 0 || widths[place + axes.count] != 0)
    }
  }

  /// What PyTorch computes widths from: two for each axis, the last axis first, before zeros for all others.
  private func listOfPyTorch(_ widths: String) -> [Int] {
    var tensor = widths
    for _ in 0..<Self.longestComputation {
      guard let node = makers[tensor], let first = node.inputs.first else { return [] }
      if node.operation == Self.joining { return integers(node, 0) ?? [] }
      tensor = first
    }
    return []
  }

  /// The whole numbers that an input has in the file.
  private func integers(_ node: ONNXGraph.Node, _ input: Int) -> [Int]? {
    guard node.inputs.count > input, let place = contents[node.inputs[input]] else { return nil }
    return ONNXConstant.integers(bytes, place)
  }
}

import COpenVINO
import Common
import Pixels

/// One input or output of a model.
struct ModelPort: Sendable, Hashable {
  /// Its place among the inputs, or among the outputs, which is how the engine is told which one is meant.
  let place: Int
  /// One of its names; what it is and its number where it has none.
  var name: String
  /// `nil` for a type that no tensor of this package has.
  let element: TensorElement?
  /// `nil` for an axis that is not fixed; the whole is `nil` when even the rank is open.
  var shape: [Int?]?

  /// Whether an axis behind the first one, which counts pictures, is not fixed.
  var isOpen: Bool { shape?.dropFirst().contains(nil) ?? true }

  var summary: String {
    let sizes = shape.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: "×") } ?? "of any shape"
    return "`\(name.printableName)` (\(element?.rawValue ?? "another type") \(sizes))"
  }
}

extension [Int?] {
  /// How many pictures a shape has on its first axis; `nil` where the file leaves that open. A length of 0 says as little: some
  /// exporters write it for an open one, and the engine makes it of lengths below -1.
  package var pictureCount: Int? {
    guard let count = first ?? nil, count > 0 else { return nil }
    return count
  }
}

/// The inputs and outputs of a model, in its order, as its file has them.
struct ModelPorts: Sendable, Hashable {
  let inputs: [ModelPort]
  let outputs: [ModelPort]
}

/// What is asked about the inputs and outputs of a model.
struct PortQuestion: Sendable, Hashable {
  /// What the operator calls the input and the output. Of several names that one has, it is then known by this one.
  var input: String?
  var output: String?
  /// The shape that the input is given; `nil` for what the file says.
  var shape: [Int]?

  /// The same for the same question.
  var text: String { "ports \([input ?? "", output ?? ""]) \(shape ?? [])" }
}

/// Whether a port is an input or an output.
enum PortSide: String {
  case input
  case output

  var openVINO: sluice_ov_side { self == .input ? SLUICE_OV_INPUT : SLUICE_OV_OUTPUT }

  /// How a port without a name is called.
  func name(ofPlace place: Int) -> String { "\(rawValue) \(place + 1)" }
}

extension ModelPort {
  init(_ port: sluice_ov_port, place: Int, name: String) {
    self.place = place
    self.name = name
    let sizes = unsafe withUnsafeBytes(of: port.sizes) { bytes in
      unsafe Array(bytes.bindMemory(to: Int64.self))
    }
    shape = port.rank < 0 ? nil : sizes.prefix(Int(port.rank)).map { $0 < 0 ? nil : Int($0) }
    element = TensorElement(port.element)
  }
}

extension TensorElement {
  fileprivate init?(_ element: sluice_ov_element) {
    switch element {
    case SLUICE_OV_FLOAT32: self = .float32
    case SLUICE_OV_FLOAT16: self = .float16
    case SLUICE_OV_UINT8: self = .uint8
    case SLUICE_OV_INT8: self = .int8
    default: return nil
    }
  }

  var openVINO: sluice_ov_element {
    switch self {
    case .float32: SLUICE_OV_FLOAT32
    case .float16: SLUICE_OV_FLOAT16
    case .uint8: SLUICE_OV_UINT8
    case .int8: SLUICE_OV_INT8
    }
  }
}

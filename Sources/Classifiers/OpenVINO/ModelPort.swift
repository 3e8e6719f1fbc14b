import COpenVINO
import Pixels

/// One input or output of a model.
struct ModelPort: Sendable, Hashable {
  let name: String
  /// `nil` for a type that no tensor of this package has.
  let element: TensorElement?
  /// `nil` for an axis that is not fixed; the whole is `nil` when even the rank is open.
  let shape: [Int?]?

  var summary: String {
    let sizes = shape.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: "×") } ?? "of any shape"
    return "`\(name)` (\(element?.rawValue ?? "another type") \(sizes))"
  }
}

/// The inputs and outputs of a model, in its order, as its file has them.
struct ModelPorts: Sendable, Hashable {
  let inputs: [ModelPort]
  let outputs: [ModelPort]
}

extension ModelPort {
  init(_ port: sluice_ov_port) {
    name = unsafe withUnsafeBytes(of: port.name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
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

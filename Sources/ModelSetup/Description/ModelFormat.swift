/// The kinds of model files that the engine reads, told by their endings.
package enum ModelFormat: String, Sendable, Hashable, CaseIterable {
  case onnx = "ONNX"
  case openVINO = "OpenVINO IR"
  case tensorFlowLite = "TensorFlow Lite"

  /// `nil` for another ending.
  package init?(path: String) {
    let path = path.lowercased()
    guard let format = Self.allCases.first(where: { path.hasSuffix($0.ending) }) else { return nil }
    self = format
  }

  package var ending: String {
    switch self {
    case .onnx: ".onnx"
    case .openVINO: ".xml"
    case .tensorFlowLite: ".tflite"
    }
  }
}

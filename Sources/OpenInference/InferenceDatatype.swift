/// The type of a tensor's elements, in the words of the Open Inference Protocol.
package enum InferenceDatatype: String, Sendable, Hashable, CaseIterable {
  case bool = "BOOL"
  case uint8 = "UINT8"
  case uint16 = "UINT16"
  case uint32 = "UINT32"
  case uint64 = "UINT64"
  case int8 = "INT8"
  case int16 = "INT16"
  case int32 = "INT32"
  case int64 = "INT64"
  case fp16 = "FP16"
  case bf16 = "BF16"
  case fp32 = "FP32"
  case fp64 = "FP64"
  /// Strings of bytes, each of its own length.
  case bytes = "BYTES"

  /// The type of this name; `nil` where there is none, however long the name is that somebody sent.
  package init?(named name: String) {
    guard name.utf8.count <= Self.longestName else { return nil }
    self.init(rawValue: name)
  }

  private static let longestName = 16

  /// `nil` for elements without a common length.
  package var byteCount: Int? {
    switch self {
    case .bool, .uint8, .int8: 1
    case .uint16, .int16, .fp16, .bf16: 2
    case .uint32, .int32, .fp32: 4
    case .uint64, .int64, .fp64: 8
    case .bytes: nil
    }
  }
}

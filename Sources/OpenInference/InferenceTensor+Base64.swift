import Common
import FoundationEssentials

/// BYTES are kept as they are. Where they are listed as base64, the parameter `content_type` says so, as MLServer and
/// its clients have it; where they travel raw it says nothing, because they are what they are.
extension InferenceTensor {
  private static let contentType = "content_type"
  private static let base64 = "base64"

  /// Whether its elements are base64 wherever they are listed.
  var isListedAsBase64: Bool {
    datatype == .bytes
      && parameters.contains { $0.name.isSpelt(Self.contentType) && $0.value.string?.isSpelt(Self.base64) == true }
  }

  /// The tensor with the bytes that its base64 stands for, where it says that it is base64.
  ///
  /// What is no base64 after all stays as it is: some servers say so of bytes that they did not encode.
  package func decodingBase64() -> InferenceTensor {
    guard isListedAsBase64 else { return self }
    var decoded: [[UInt8]] = []
    for element in byteElements {
      guard let bytes = Data(base64Encoded: Data(element)) else { return self }
      decoded.append(Array(bytes))
    }
    var tensor = self
    tensor.contents = Self.contents(of: decoded)
    return tensor
  }

  /// The tensor as it travels raw.
  package func asRaw() -> InferenceTensor {
    guard isListedAsBase64 else { return self }
    var tensor = self
    tensor.parameters.removeAll { $0.name.isSpelt(Self.contentType) }
    return tensor
  }

  /// The tensor as it is listed in JSON: text, or base64 throughout where one element is none.
  func asListed() -> InferenceTensor {
    guard datatype == .bytes, !isListedAsBase64, !byteElements.allSatisfy(Self.isText) else { return self }
    var tensor = self
    tensor.parameters.removeAll { $0.name.isSpelt(Self.contentType) }
    tensor.parameters.append(JSONValue.Member(name: Self.contentType, value: .string(Self.base64)))
    return tensor
  }

  private static func isText(_ bytes: [UInt8]) -> Bool { String(validating: bytes, as: UTF8.self) != nil }
}

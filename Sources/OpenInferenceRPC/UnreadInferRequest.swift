package import Common
internal import GRPCCore
internal import GRPCProtobuf
internal import OpenInference

/// The message of an inference as it came.
///
/// Decoded, it may take a hundred times its length: two bytes are an input or an output, whose structures are large. So it
/// is decoded when somebody has heard what that takes, and not by the library as it comes.
package struct UnreadInferRequest: Sendable {
  private let bytes: [UInt8]

  package init(_ bytes: [UInt8]) {
    self.bytes = bytes
  }

  package var byteCount: Int { bytes.count }

  /// The bytes that it takes decoded, at most.
  ///
  /// - Throws: `invalid-request` for what is no such message, or has more parts than any can be of use.
  /// - Complexity: O(bytes).
  package func decodedByteCount() throws(SluiceError) -> Int { try DecodedSize(of: bytes).bytes }

  /// - Throws: `invalid-request`.
  package func decoded() throws(SluiceError) -> Inference_ModelInferRequest {
    do { return try ProtobufDeserializer<Inference_ModelInferRequest>().deserialize(bytes) } catch {
      throw .invalidRequest("the call has no readable message")
    }
  }
}

/// Hands messages over as they come.
struct UnreadDeserializer: MessageDeserializer {
  func deserialize<Bytes: GRPCContiguousBytes>(_ bytes: Bytes) -> UnreadInferRequest {
    UnreadInferRequest(bytes.withUnsafeBytes { Array($0) })
  }
}

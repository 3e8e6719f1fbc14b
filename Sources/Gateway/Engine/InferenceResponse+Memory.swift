import Common
import OpenInference

extension InferenceResponse {
  /// The bytes that writing it as a body takes at most, besides itself.
  ///
  /// - Parameters:
  ///   - isRaw: whether the output of this name is written as it is, and not as JSON.
  func bytesForWriting(isRaw: (String) -> Bool) -> Int {
    outputs.reduce(0) { $0 + (isRaw($1.name) ? Self.rawCopies * $1.contents.count : $1.bytesAsJSON) }
  }

  /// The bytes that writing it as a message takes.
  var bytesForMessage: Int { outputs.reduce(0) { $0 + $1.contents.count } }

  /// As it is written, and as the body is put together.
  private static let rawCopies = 2
}

extension InferenceTensor {
  /// The bytes of its elements as values, as text, and as the body.
  fileprivate var bytesAsJSON: Int {
    let perElement = MemoryLayout<JSONValue>.stride + Self.textCopies * Self.longestNumber
    // Each element of text or bytes has its length before it; as base64 it grows by a third, and by escapes to six times.
    guard let size = datatype.byteCount else {
      return contents.count / Self.bytesPerLength * MemoryLayout<JSONValue>.stride + Self.longestEscape * contents.count
    }
    return contents.count / size * perElement
  }

  /// The text, its bytes, and the body.
  private static let textCopies = 3
  /// As in `-1.2345678901234567e-100,`.
  private static let longestNumber = 25
  private static let bytesPerLength = 4
  /// A control character becomes `\u0000` in each copy of the text.
  private static let longestEscape = 6
}

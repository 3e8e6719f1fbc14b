import Common
import Pixels

/// A model on a server, asked about one image at a time.
package protocol ServedPredictions: Sendable {
  /// The numbers that it gives for a tensor of the form: one for each class, or one alone for two classes.
  func scores(of bytes: [UInt8], _ form: TensorForm) async throws(SluiceError) -> [Float]

  /// The same for an image file, which it decodes and prepares itself.
  func scores(ofFile file: [UInt8]) async throws(SluiceError) -> [Float]
}

/// In which form images are sent to a server.
package enum ServedWay: Sendable, Hashable {
  /// As the tensor that the filter makes, in a form that the server takes.
  case tensor(TensorForm)
  /// As they are.
  case file

  package var name: String {
    switch self {
    case .tensor: "tensor"
    case .file: "file"
    }
  }
}

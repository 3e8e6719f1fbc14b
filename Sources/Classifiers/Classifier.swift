import Common
import Pixels

/// Something that gives class scores for images: an engine in this process, or a server.
package protocol Classifier: Sendable {
  /// The tensor it takes; the batch size is free.
  var form: TensorForm { get }
  var classCount: Int { get }
  /// Engine and model for people, as in `OpenVINO 2026.4, mobilenet_v2.onnx`.
  var description: String { get }

  /// A prediction for each image of the batch, in order.
  ///
  /// - Throws: `classifier-failed` when the engine fails or returns a number that is not finite.
  func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction]
}

/// What a model's output stands for.
package enum ScoreKind: String, Sendable, Hashable, CaseIterable {
  case logits
  case probabilities

  func prediction(_ scores: Span<Float>) throws(SluiceError) -> Prediction {
    switch self {
    case .logits: try Prediction(logits: scores)
    case .probabilities: try Prediction(probabilities: scores)
    }
  }
}

import Common
import Pixels

/// Something that gives class scores for images: an engine in this process, or a server.
package protocol Classifier: Sendable {
  /// The tensor it takes; the batch size is free.
  var form: TensorForm { get }
  var classCount: Int { get }
  /// Engine and model for people, as in `OpenVINO 2026.4, mobilenet_v2.onnx`.
  var description: String { get }
  /// The images of each call at least: where there are fewer, the tensors of the others are there all the same.
  var leastBatch: Int { get }

  /// A prediction for each image of the batch, in order.
  ///
  /// - Throws: `classifier-failed` when the engine fails or returns a number that is not finite.
  func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction]
}

extension Classifier {
  package var leastBatch: Int { 1 }
}

/// What a model's output stands for.
package enum ScoreKind: String, Sendable, Hashable, CaseIterable {
  case logits
  case probabilities
  /// Probabilities that were rounded, as 8-bit outputs are, so that their sum is seldom one: most small ones become zero.
  case roundedProbabilities
  /// One number of any size, whose sigmoid is the probability of the second of two classes.
  case oneLogit
  /// The probability of the second of two classes.
  case oneProbability

  /// How many numbers stand for so many classes.
  func valueCount(classes: Int) -> Int { self == .oneLogit || self == .oneProbability ? 1 : classes }

  /// - Parameters:
  ///   - element: the type that the model gave them in.
  /// - Throws: `classifier-failed` for numbers that do not stand for what they should.
  func prediction(_ scores: Span<Float>, as element: TensorElement) throws(SluiceError) -> Prediction {
    switch self {
    case .logits: return try Prediction(logits: scores)
    case .probabilities: return try Prediction(probabilities: scores)
    case .roundedProbabilities: return try Prediction(roundedProbabilities: scores)
    case .oneLogit:
      let pair = [0, scores[0]]
      return try Prediction(logits: pair.span)
    case .oneProbability: return try Prediction(probabilityOfSecond: scores[0], as: element)
    }
  }
}

import Classifiers
import Common
import Pixels
import Synchronization

/// A classifier whose prediction depends on the mean of the tensor alone, and which remembers its batches.
final class BrightnessClassifier: Classifier {
  let form: TensorForm
  let classCount: Int
  let description = "brightness"
  let batches = Mutex<[Int]>([])
  private let logits: @Sendable (_ mean: Float) throws(SluiceError) -> [Float]

  private init(
    _ form: TensorForm, classCount: Int, logits: @escaping @Sendable (_ mean: Float) throws(SluiceError) -> [Float]
  ) {
    self.form = form
    self.classCount = classCount
    self.logits = logits
  }

  /// The first class for what is bright, the second for the rest, and none of the others.
  convenience init(_ form: TensorForm, classCount: Int = 3) {
    self.init(form, classCount: classCount) { mean in
      [8 * mean, 4] + [Float](repeating: 0, count: classCount - 2)
    }
  }

  /// One of two classes, and surer of it; it fails for what is white.
  static func failingOnWhite(_ form: TensorForm) -> BrightnessClassifier {
    BrightnessClassifier(form, classCount: 2) { mean throws(SluiceError) in
      if mean > 0.99 { throw SluiceError(.classifierFailed, "too bright") }
      return [mean * 40, 20]
    }
  }

  func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
    let count = batch.count
    batches.withLock { $0.append(count) }
    var predictions: [Prediction] = []
    for index in 0..<count {
      let image = batch.image(index)
      var sum: Float = 0
      for offset in stride(from: 0, to: image.byteCount, by: 4) {
        sum += image.unsafeLoad(fromByteOffset: offset, as: Float.self)
      }
      let logits = try self.logits(sum / Float(image.byteCount / 4))
      predictions.append(try Prediction(logits: logits.span))
    }
    return predictions
  }
}

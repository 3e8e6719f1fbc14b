import Classifiers
import Common
import FilterPipeline
import Pixels

/// Filters around a classifier that is always as sure of its first class, without the inference engine.
enum SureFilters {
  private struct SureClassifier: Classifier {
    let form: TensorForm
    let classCount: Int
    let description = "always the first"

    func predictions(for batch: borrowing TensorBatch) async throws(SluiceError) -> [Prediction] {
      let scores = (0..<classCount).map { Float($0 == 0 ? 3 : 0) }
      let prediction = try Prediction(logits: scores.span)
      return Array(repeating: prediction, count: batch.count)
    }
  }

  /// The text of a filter that finds everything clean.
  ///
  /// - Parameters:
  ///   - labels: the file of the names of classes.
  static func text(
    _ name: String, side: Int = 8, labels: String? = nil, forward: String = "original"
  ) -> String {
    """
    version: 1
    name: \(name)
    preprocess: [{resize: {width: \(side), height: \(side)}}]
    tensor: {layout: nchw, type: float32}
    classifier: {openvino: {model: none.onnx\(labels.map { ", labels: \($0)" } ?? "")}}
    detectors: [{featureSqueezing: {squeezers: [{median: 2}], distance: l1, threshold: 1.9}}]
    forward: \(forward)
    """
  }

  static func pipeline(_ file: FilterFile, classes: Int = 2) throws(SluiceError) -> Pipeline {
    let definition = file.definition
    return try Pipeline(
      definition, identity: FilterIdentity(name: definition.name, digest: definition.name),
      models: .init(classifier: SureClassifier(form: definition.form, classCount: classes)),
      services: PipelineServices(sha256: { "\($0.count)" }))
  }
}

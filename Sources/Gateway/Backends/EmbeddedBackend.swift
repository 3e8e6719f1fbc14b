import Classifiers
import FilterPipeline
import OpenInference
import Pixels

/// Answers with the filter's own classifier: no upstream at all.
///
///     probabilities   FP32 [n, classes]
///     label           BYTES [n]          where the filter names labels
package struct EmbeddedBackend: InferenceBackend {
  private let engine: FilterEngine

  static let probabilities = "probabilities"
  static let label = "label"

  package init(_ engine: FilterEngine) {
    self.engine = engine
  }

  package var isReady: Bool { true }

  package func outputs() -> [ModelMetadata.Tensor] {
    let pipeline = engine.pipeline
    var outputs = [
      ModelMetadata.Tensor(
        name: Self.probabilities, datatype: InferenceDatatype.fp32.rawValue,
        shape: [-1, pipeline.classifier?.classCount ?? 0])
    ]
    if pipeline.labels != nil {
      outputs.append(ModelMetadata.Tensor(name: Self.label, datatype: InferenceDatatype.bytes.rawValue, shape: [-1]))
    }
    return outputs
  }

  package func answer(_ request: ForwardedRequest) async throws(SluiceError) -> InferenceResponse {
    let pipeline = engine.pipeline
    let wanted = request.outputs.map(\.name)
    let known = outputs().map(\.name)
    for name in wanted where !known.contains(name) {
      throw .invalidRequest("there is no output `\(name)`", remedy: "outputs are \(known.joined(separator: ", "))")
    }
    var predictions: [Prediction] = []
    for image in request.images {
      if let prediction = image.prediction {
        predictions.append(prediction)
      } else {
        predictions.append(try await engine.prediction(of: image.tensor, by: pipeline))
      }
    }
    var tensors = [try Self.probabilities(predictions)]
    if let labels = pipeline.labels {
      tensors.append(
        try InferenceTensor(
          name: Self.label, shape: [predictions.count],
          elements: predictions.map { Array((labels[$0.topClass] ?? "").utf8) }))
    }
    return InferenceResponse(
      modelName: "", id: request.id, outputs: tensors.filter { wanted.isEmpty || wanted.contains($0.name) })
  }

  private static func probabilities(_ predictions: [Prediction]) throws(SluiceError) -> InferenceTensor {
    var contents: [UInt8] = []
    for prediction in predictions {
      for probability in prediction.probabilities {
        let pattern = probability.bitPattern
        for index in 0..<4 { contents.append(UInt8(truncatingIfNeeded: pattern >> (8 * index))) }
      }
    }
    return try InferenceTensor(
      name: probabilities, datatype: .fp32, shape: [predictions.count, predictions[0].probabilities.count],
      contents: contents)
  }
}

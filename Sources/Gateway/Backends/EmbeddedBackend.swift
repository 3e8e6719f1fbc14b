import Classifiers
import Common
import FilterPipeline
import OpenInference

/// Answers with the filter's own classifier: no upstream at all.
///
///     probabilities   FP32 [n, classes]; BYTES [n, k] as `score:index:label` where its k likeliest classes are asked for
///     label           BYTES [n]          where the filter names labels
package struct EmbeddedBackend: InferenceBackend {
  private let engine: FilterEngine

  static let probabilities = "probabilities"
  static let label = "label"

  package init(_ engine: FilterEngine) {
    self.engine = engine
  }

  package var isReady: Bool { true }

  package var extensions: [String] { [ServerMetadata.classification] }

  package var versions: [String]? { ["1"] }

  package func outputs() -> [ModelMetadata.Tensor] { Self.outputs(of: engine.pipeline) }

  private static func outputs(of pipeline: Pipeline) -> [ModelMetadata.Tensor] {
    var outputs = [
      ModelMetadata.Tensor(
        name: probabilities, datatype: InferenceDatatype.fp32.rawValue,
        shape: [-1, pipeline.classifier?.classCount ?? 0])
    ]
    if pipeline.labels != nil {
      outputs.append(ModelMetadata.Tensor(name: label, datatype: InferenceDatatype.bytes.rawValue, shape: [-1]))
    }
    return outputs
  }

  package func answer(_ request: ForwardedRequest) async throws(Refusal) -> InferenceResponse {
    do throws(SluiceError) {
      // Another filter may serve by now: the answer is that of the one whose verdict stands in the record.
      let pipeline = request.pipeline
      let wanted = try wanted(request.outputs, of: Self.outputs(of: pipeline).map(\.name))
      let predictions = try await predictions(of: request.images, by: pipeline)
      var tensors: [InferenceTensor] = []
      for output in wanted { tensors.append(try tensor(output, predictions, pipeline.labels)) }
      return InferenceResponse(modelName: "", id: request.id, outputs: tensors)
    } catch {
      throw Refusal(error)
    }
  }

  /// An output that is asked for, and how many classes of it as words instead of all as numbers.
  private struct Wanted {
    let name: String
    var classes: Int?
  }

  /// All outputs where none is named.
  private func wanted(
    _ requested: [InferenceRequest.RequestedOutput], of known: [String]
  ) throws(SluiceError) -> [Wanted] {
    guard !requested.isEmpty else { return known.map { Wanted(name: $0) } }
    var wanted: [Wanted] = []
    for name in known where requested.contains(where: { $0.name.isSpelt(name) }) { wanted.append(Wanted(name: name)) }
    for output in requested {
      guard let place = wanted.firstIndex(where: { $0.name.isSpelt(output.name) }) else {
        throw .invalidRequest(
          "there is no output `\(output.name)`", remedy: "outputs are \(known.joined(separator: ", "))")
      }
      guard let classes = try Classification.count(output) else { continue }
      guard output.name.isSpelt(Self.probabilities) else {
        throw .invalidRequest(
          "the output `\(output.name)` has no classes", remedy: "ask for the `classification` of \(Self.probabilities)")
      }
      wanted[place].classes = classes
    }
    return wanted
  }

  private func predictions(
    of images: [ForwardedImage], by pipeline: Pipeline
  ) async throws(SluiceError) -> [Prediction] {
    var predictions: [Prediction] = []
    for image in images {
      if let prediction = image.prediction {
        predictions.append(prediction)
      } else {
        predictions.append(try await engine.prediction(of: image.tensor, by: pipeline))
      }
    }
    return predictions
  }

  private func tensor(
    _ wanted: Wanted, _ predictions: [Prediction], _ labels: ClassLabels?
  ) throws(SluiceError) -> InferenceTensor {
    if let classes = wanted.classes {
      try Classification.tensor(wanted.name, predictions.map(\.probabilities), classes) { labels?[$0] }
    } else if wanted.name == Self.label {
      try InferenceTensor(
        name: Self.label, shape: [predictions.count],
        elements: predictions.map { Array((labels?[$0.topClass] ?? "").utf8) })
    } else {
      try Self.probabilities(predictions)
    }
  }

  private static func probabilities(_ predictions: [Prediction]) throws(SluiceError) -> InferenceTensor {
    var contents: [UInt8] = []
    for prediction in predictions {
      for probability in prediction.probabilities { contents.append(littleEndian: probability.bitPattern) }
    }
    return try InferenceTensor(
      name: probabilities, datatype: .fp32, shape: [predictions.count, predictions[0].probabilities.count],
      contents: contents)
  }
}

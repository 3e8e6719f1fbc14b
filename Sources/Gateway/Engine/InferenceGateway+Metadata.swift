import Common
import FilterPipeline
import OpenInference

extension InferenceGateway {
  /// What the input is called; any other name is taken as well.
  static let inputName = "image"

  /// Whether requests can be expected to be answered.
  var isReady: Bool { get async { await backend.isReady && (audit?.isWritable ?? true) } }

  var serverMetadata: ServerMetadata {
    ServerMetadata(
      name: "sluice", version: rules.version, extensions: [ServerMetadata.binaryTensors] + backend.extensions)
  }

  /// - Throws: `Refusal`.
  func modelMetadata() async throws(Refusal) -> ModelMetadata {
    ModelMetadata(
      name: rules.model, versions: backend.versions ?? [], platform: "sluice",
      inputs: [ModelMetadata.Tensor(name: Self.inputName, datatype: InferenceDatatype.bytes.rawValue, shape: [-1])],
      outputs: try await backend.outputs())
  }

  /// - Throws: `Refusal` for a model or version that is not served.
  func check(_ model: String, _ version: String?) throws(Refusal) {
    guard model.isSpelt(rules.model) else {
      throw Refusal(.notFound, .notFound, "there is no such model; the model is `\(rules.model)`")
    }
    // While nobody knows what there is, the answer says that nobody is ready.
    guard let version, !version.isEmpty, let versions = backend.versions else { return }
    guard !versions.contains(where: version.isSpelt) else { return }
    throw Refusal(
      .notFound, .notFound,
      versions.isEmpty
        ? "versions of the model cannot be chosen; ask for it without one" : "the model has no such version")
  }
}

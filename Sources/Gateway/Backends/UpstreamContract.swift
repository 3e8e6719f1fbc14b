import OpenInference
import Pixels

/// What a model server takes and gives, as it says itself.
package struct UpstreamContract: Sendable {
  let input: String
  let takesBinary: Bool
  let outputs: [ModelMetadata.Tensor]
  /// The only version of the model that it has; `nil` where it has several, or names none.
  let version: String?

  package init(input: String, takesBinary: Bool, outputs: [ModelMetadata.Tensor], version: String? = nil) {
    self.input = input
    self.takesBinary = takesBinary
    self.outputs = outputs
    self.version = version
  }

  /// - Throws: `UpstreamTrouble` for a model that does not take the filter's tensor: it is never bent to fit.
  init(
    input named: String?, form: TensorForm, of client: any UpstreamClient, server: ServerMetadata, model: ModelMetadata
  ) throws(UpstreamTrouble) {
    takesBinary = server.extensions.contains(ServerMetadata.binaryTensors)
    outputs = model.outputs
    version = model.versions.count == 1 ? model.versions[0] : nil
    let datatype = form.element.inferenceDatatype
    // Servers of the protocol read none of it in JSON.
    guard datatype != .fp16 || !client.listsElements(binary: takesBinary) else {
      throw .failed("it takes no binary tensors, and \(datatype.rawValue) has no form in JSON; ask it over gRPC")
    }
    if let named {
      input = named
    } else {
      guard model.inputs.count == 1 else {
        throw .failed("its model has \(model.inputs.count) inputs; name the one to use with --upstream-input")
      }
      input = model.inputs[0].name
    }
    guard let declared = model.inputs.first(where: { $0.name == input }) else {
      // Some servers describe nothing; what they were told to take, they are sent.
      guard model.inputs.isEmpty else { throw .failed("its model has no input `\(input)`") }
      return
    }
    let shape = form.shape(batch: 1)
    let fits =
      declared.shape.count == shape.count
      && zip(declared.shape, shape).enumerated().allSatisfy { $0 == 0 || $1.0 < 0 || $1.0 == $1.1 }
    guard fits, declared.datatype == datatype.rawValue else {
      throw .failed(
        UpstreamWords(
          "its input `\(input)` takes \(declared.datatype) \(declared.shape), "
            + "but the filter gives \(datatype.rawValue) \(shape)"))
    }
  }
}

import OpenInference
import Pixels

/// What a model server takes and gives, as it says itself.
package struct UpstreamContract: Sendable {
  let input: String
  let takesBinary: Bool
  /// Whether it takes a single image in a call, and no more.
  let takesOne: Bool
  /// Of all calls that a request takes together.
  let outputs: [ModelMetadata.Tensor]
  /// The only version of the model that it has; `nil` where it has several, or names none.
  let version: String?

  package init(
    input: String, takesBinary: Bool, takesOne: Bool = false, outputs: [ModelMetadata.Tensor], version: String? = nil
  ) {
    self.input = input
    self.takesBinary = takesBinary
    self.takesOne = takesOne
    self.outputs = outputs
    self.version = version
  }

  /// - Throws: `UpstreamTrouble` for a model that does not take the filter's tensor: it is never bent to fit.
  init(
    input named: String?, form: TensorForm, of client: any UpstreamClient, server: ServerMetadata, model: ModelMetadata
  ) throws(UpstreamTrouble) {
    takesBinary = server.extensions.contains(ServerMetadata.binaryTensors)
    version = model.versions.count == 1 ? model.versions[0] : nil
    let datatype = form.element.inferenceDatatype
    // Servers of the protocol read none of it in JSON.
    guard datatype != .fp16 || !client.listsElements(binary: takesBinary) else {
      throw .failed("it takes no binary tensors, and \(datatype.rawValue) has no form in JSON; ask it over gRPC")
    }
    guard let name = named ?? (model.inputs.count == 1 ? model.inputs[0].name : nil) else {
      throw .failed("its model has \(model.inputs.count) inputs; name the one to use with --upstream-input")
    }
    input = name
    guard let declared = model.inputs.first(where: { $0.name == name }) else {
      // Some servers describe nothing; what they were told to take, they are sent.
      guard model.inputs.isEmpty else { throw .failed("its model has no input `\(name)`") }
      takesOne = false
      outputs = model.outputs
      return
    }
    takesOne = try Self.images(inCallOf: declared, form) == 1
    outputs = takesOne ? model.outputs.map(\.ofSeveralCalls) : model.outputs
  }

  /// How many images a call must have; `nil` for any number.
  private static func images(
    inCallOf input: ModelMetadata.Tensor, _ form: TensorForm
  ) throws(UpstreamTrouble) -> Int? {
    let (shape, datatype) = (form.shape(batch: 1), form.element.inferenceDatatype.rawValue)
    let fits =
      input.shape.count == shape.count
      && zip(input.shape, shape).dropFirst().allSatisfy { $0 < 0 || $0 == $1 }
    guard fits, input.datatype == datatype else {
      throw .failed(
        UpstreamWords(
          "its input `\(input.name)` takes \(input.datatype) \(input.shape), but the filter gives \(datatype) \(shape)")
      )
    }
    // Requests have as many images as their senders like.
    guard let count = input.shape.first, count > 0 else { return nil }
    guard count == 1 else {
      throw .failed(
        UpstreamWords(
          "its input `\(input.name)` takes \(count) images in each call, no more and no fewer; "
            + "serve the model with any number of them, or with one"))
    }
    return count
  }
}

extension ModelMetadata.Tensor {
  /// Of answers about single images, put together.
  fileprivate var ofSeveralCalls: ModelMetadata.Tensor {
    guard shape.first == 1 else { return self }
    return ModelMetadata.Tensor(name: name, datatype: datatype, shape: [-1] + shape.dropFirst())
  }
}

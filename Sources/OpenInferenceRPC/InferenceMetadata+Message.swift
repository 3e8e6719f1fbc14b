package import OpenInference

extension ServerMetadata {
  package init(_ message: Inference_ServerMetadataResponse) {
    self.init(name: message.name, version: message.version, extensions: message.extensions)
  }

  package var message: Inference_ServerMetadataResponse {
    var message = Inference_ServerMetadataResponse()
    message.name = name
    message.version = version
    message.extensions = extensions
    return message
  }
}

extension ModelMetadata {
  package init(_ message: Inference_ModelMetadataResponse) {
    func tensors(_ messages: [Inference_ModelMetadataResponse.TensorMetadata]) -> [Tensor] {
      messages.map { Tensor(name: $0.name, datatype: $0.datatype, shape: $0.shape.map { Int(clamping: $0) }) }
    }
    self.init(
      name: message.name, versions: message.versions, platform: message.platform, inputs: tensors(message.inputs),
      outputs: tensors(message.outputs))
  }

  package var message: Inference_ModelMetadataResponse {
    func messages(_ tensors: [Tensor]) -> [Inference_ModelMetadataResponse.TensorMetadata] {
      tensors.map { tensor in
        var message = Inference_ModelMetadataResponse.TensorMetadata()
        message.name = tensor.name
        message.datatype = tensor.datatype
        message.shape = tensor.shape.map(Int64.init)
        return message
      }
    }
    var message = Inference_ModelMetadataResponse()
    message.name = name
    message.versions = versions
    message.platform = platform
    message.inputs = messages(inputs)
    message.outputs = messages(outputs)
    return message
  }
}

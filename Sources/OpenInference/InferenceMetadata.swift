import Common

/// What a server says about itself.
package struct ServerMetadata: Sendable, Hashable {
  package var name: String
  package var version: String
  package var extensions: [String]

  /// The extension with which tensors travel raw in REST bodies.
  package static let binaryTensors = "binary_tensor_data"
  /// The one with which an output's likeliest classes come as words.
  package static let classification = "classification"

  package init(name: String, version: String, extensions: [String]) {
    self.name = name
    self.version = version
    self.extensions = extensions
  }
}

/// What a server says about a model.
package struct ModelMetadata: Sendable, Hashable {
  package var name: String
  package var versions: [String]
  package var platform: String
  package var inputs: [Tensor]
  package var outputs: [Tensor]

  /// A tensor that the model takes or gives; -1 is an axis of any length.
  package struct Tensor: Sendable, Hashable {
    package var name: String
    package var datatype: String
    package var shape: [Int]

    package init(name: String, datatype: String, shape: [Int]) {
      self.name = name
      self.datatype = datatype
      self.shape = shape
    }
  }

  package init(name: String, versions: [String], platform: String, inputs: [Tensor], outputs: [Tensor]) {
    self.name = name
    self.versions = versions
    self.platform = platform
    self.inputs = inputs
    self.outputs = outputs
  }
}

extension ServerMetadata {
  package var json: JSONValue {
    .object([
      "name": .string(name), "version": .string(version), "extensions": .array(extensions.map(JSONValue.string)),
    ])
  }

  /// - Throws: `invalid-json`, `invalid-request`.
  package init(json bytes: [UInt8]) throws(SluiceError) {
    let json = try BodyReader.object(bytes)
    self.init(
      name: try BodyReader.string("name", in: json) ?? "", version: try BodyReader.string("version", in: json) ?? "",
      extensions: json.strings("extensions"))
  }
}

extension ModelMetadata {
  package var json: JSONValue {
    .object([
      "name": .string(name), "versions": versions.isEmpty ? nil : .array(versions.map(JSONValue.string)),
      "platform": .string(platform), "inputs": .array(inputs.map(\.json)), "outputs": .array(outputs.map(\.json)),
    ])
  }

  /// - Throws: `invalid-json`, `invalid-request`.
  package init(json bytes: [UInt8]) throws(SluiceError) {
    let json = try BodyReader.object(bytes)
    self.init(
      name: try BodyReader.string("name", in: json) ?? "", versions: json.strings("versions"),
      platform: try BodyReader.string("platform", in: json) ?? "", inputs: json.tensors("inputs"),
      outputs: json.tensors("outputs"))
  }
}

extension ModelMetadata.Tensor {
  fileprivate var json: JSONValue {
    .object([
      "name": .string(name), "datatype": .string(datatype), "shape": .array(shape.map(JSONValue.integer)),
    ])
  }
}

extension JSONValue {
  fileprivate func strings(_ key: String) -> [String] {
    guard case .array(let values) = self[key] else { return [] }
    return values.compactMap { value in
      if case .string(let text) = value { text } else { nil }
    }
  }

  /// Tensors that a server describes well enough; servers differ in what else they say.
  fileprivate func tensors(_ key: String) -> [ModelMetadata.Tensor] {
    guard case .array(let values) = self[key] else { return [] }
    return values.compactMap { value in
      guard case .string(let name) = value["name"], case .string(let datatype) = value["datatype"],
        case .array(let lengths) = value["shape"]
      else { return nil }
      let shape = lengths.map { length in
        if case .integer(let length) = length { length } else { -1 }
      }
      return ModelMetadata.Tensor(name: name, datatype: datatype, shape: shape)
    }
  }
}

import Common

/// A request for inference, whatever transport it came by.
///
/// How tensors travel is no part of it: the parameters that say so (`binary_data` and its like) are taken out when a
/// request is read, and put in when it is written.
package struct InferenceRequest: Sendable, Hashable {
  package var id: String?
  package var parameters: [JSONValue.Member]
  package var inputs: [InferenceTensor]
  /// Empty for all.
  package var outputs: [RequestedOutput]
  /// Whether outputs that do not say otherwise are wanted raw.
  package var wantsBinary: Bool

  package struct RequestedOutput: Sendable, Hashable {
    package var name: String
    package var parameters: [JSONValue.Member]
    /// Whether it is wanted raw; `nil` where the request decides.
    package var wantsBinary: Bool?

    package init(name: String, parameters: [JSONValue.Member] = [], wantsBinary: Bool? = nil) {
      self.name = name
      self.parameters = parameters
      self.wantsBinary = wantsBinary
    }
  }

  package init(
    id: String? = nil, parameters: [JSONValue.Member] = [], inputs: [InferenceTensor],
    outputs: [RequestedOutput] = [], wantsBinary: Bool = false
  ) {
    self.id = id
    self.parameters = parameters
    self.inputs = inputs
    self.outputs = outputs
    self.wantsBinary = wantsBinary
  }

  /// Checks the lengths of what the sender has named: names are compared again and again.
  ///
  /// - Throws: `invalid-request` for a longer name than any that is of use.
  package func checkNames() throws(SluiceError) {
    try Self.check(id, "id of the request")
    for input in inputs { try Self.check(input.name, "name of an input") }
    for output in outputs { try Self.check(output.name, "name of a requested output") }
  }

  private static func check(_ name: String?, _ what: String) throws(SluiceError) {
    guard let name, name.utf8.count > String.longestName else { return }
    throw .invalidRequest(
      "the \(what) has \(name.utf8.count) bytes", remedy: "give it \(String.longestName) at most")
  }

  /// Whether an output of this name is wanted raw.
  package func wantsBinary(_ output: String) -> Bool {
    outputs.first { $0.name.isSpelt(output) }?.wantsBinary ?? wantsBinary
  }
}

/// The answer to a request for inference.
package struct InferenceResponse: Sendable, Hashable {
  package var modelName: String
  package var modelVersion: String?
  package var id: String?
  package var parameters: [JSONValue.Member]
  package var outputs: [InferenceTensor]

  package init(
    modelName: String, modelVersion: String? = nil, id: String? = nil, parameters: [JSONValue.Member] = [],
    outputs: [InferenceTensor]
  ) {
    self.modelName = modelName
    self.modelVersion = modelVersion
    self.id = id
    self.parameters = parameters
    self.outputs = outputs
  }
}

/// A body of the REST protocol: JSON, and after it the tensors that travel raw.
package struct InferenceBody: Sendable, Hashable {
  package var bytes: [UInt8]
  /// How long the JSON is, for `Inference-Header-Content-Length`; `nil` where nothing follows it.
  package var jsonLength: Int?

  package init(bytes: [UInt8], jsonLength: Int?) {
    self.bytes = bytes
    self.jsonLength = jsonLength
  }
}

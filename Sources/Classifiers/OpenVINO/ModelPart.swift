import Common

/// What is used of a model file: the whole model, or what lies behind one of its tensors.
struct ModelPart: Sendable {
  let path: String
  /// The tensor that is the input; `nil` for the whole model with its own inputs.
  let start: String?
  let library: OpenVINOLibrary

  /// - Returns: `nil` for a file without such a tensor.
  /// - Throws: `engine-failed`, `model-not-found`, `unreadable-file`; `model-mismatch` where no output is made of the tensor
  ///   alone.
  func read() throws(SluiceError) -> ReadModel? {
    guard let start else { return try ReadModel(path, in: library) }
    guard let tail = try ONNXTail(ofModelAt: path, from: start) else { return nil }
    return try ReadModel(tail, ofModelAt: path, in: library)
  }

  /// Inputs and outputs, and whatever was read to know them.
  struct Description {
    let ports: ModelPorts
    let stored: StoredModel?
    /// `nil` where the cache knew them.
    let read: ReadModel?
  }

  /// - Returns: `nil` for a file without such a tensor.
  /// - Throws: as `read()`.
  func described(_ cache: ModelCache?) throws(SluiceError) -> Description? {
    let stored = cache.flatMap { StoredModel(self, in: $0) }
    if let ports = stored?.ports() { return Description(ports: ports, stored: stored, read: nil) }
    guard let model = try read() else { return nil }
    let ports = try model.ports()
    stored?.keep(ports)
    return Description(ports: ports, stored: stored, read: model)
  }
}

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
    do throws(SluiceError) {
      return try ReadModel(tail.bytes, exposing: ExposedTensors(tail.bytes), ofModelAt: path, in: library)
    } catch {
      throw tail.statesElement ? error : Self.withoutElement(error, start)
    }
  }

  /// The error of a part whose input is perhaps of another type than it was taken to be.
  private static func withoutElement(_ error: SluiceError, _ tensor: String) -> SluiceError {
    error.advising(
      "the file does not say of which type `\(tensor)` is: name another tensor, or keep shapes and types in it "
        + "(`onnx.shape_inference.infer_shapes`)")
  }

  /// The part in 8-bit integers.
  ///
  /// - Throws: `engine-failed`, `unreadable-file`; `model-mismatch` for a model that is not ONNX, that has its weights in files
  ///   of their own, or that has nothing to compute in 8 bits; `invalid-activation-ranges` where a tensor has no range.
  func quantised(_ ranges: ActivationRanges) throws(SluiceError) -> ReadModel {
    let model = try onnx()
    let convolutions = try convolutions(of: model)
    guard let bytes = model.quantised(convolutions, ranges) else {
      throw SluiceError(
        .invalidActivationRanges, "not every tensor of the model \(path) has an activation range",
        remedy: "measure them again with `sluice quantise`")
    }
    return try ReadModel(bytes, exposing: ExposedTensors(model), ofModelAt: path, in: library)
  }

  /// A model whose output are the extremes of the tensors that would be rounded.
  struct Observed {
    let model: ReadModel
    let tensors: [String]
    /// How many operations would be computed in 8 bits, of how many that take most of the time.
    let (convolutions, costly): (Int, Int)
  }

  /// - Throws: as `quantised`.
  func observed() throws(SluiceError) -> Observed {
    let model = try onnx()
    let convolutions = try convolutions(of: model)
    var seen: Set<String> = []
    let tensors = convolutions.map(\.activations).filter { seen.insert($0).inserted }
    return Observed(
      model: try ReadModel(
        model.observed(tensors), exposing: ExposedTensors(model), ofModelAt: path, in: library),
      tensors: tensors, convolutions: convolutions.count,
      costly: model.graph.nodes.count { QuantisableConvolution.costly.contains($0.operation) })
  }

  private func onnx() throws(SluiceError) -> ONNXModel {
    let whole: ONNXModel? =
      if let start {
        try ONNXTail(ofModelAt: path, from: start).flatMap { ONNXModel($0.bytes) }
      } else {
        try ONNXModel(readFrom: path)
      }
    guard let model = whole else { throw cannotBeQuantised("it is not ONNX") }
    guard ExternalWeights(ofModelAt: path).names.isEmpty else {
      throw cannotBeQuantised("its weights are in files of their own")
    }
    return model
  }

  private func convolutions(of model: ONNXModel) throws(SluiceError) -> [QuantisableConvolution] {
    let convolutions = model.quantisableConvolutions
    guard !convolutions.isEmpty else {
      throw cannotBeQuantised(
        "it has no convolution with single-precision weights in the file that the engine computes rightly")
    }
    return convolutions
  }

  private func cannotBeQuantised(_ reason: String) -> SluiceError {
    SluiceError(
      .modelMismatch, "the model \(path) cannot be computed in 8-bit integers: \(reason)",
      remedy: "export it as one ONNX file in float32, or say another `precision` than int8")
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
  func described(_ cache: ModelCache?, _ question: PortQuestion) throws(SluiceError) -> Description? {
    let stored = cache.flatMap { StoredModel(self, in: $0) }
    if let ports = stored?.ports(question) { return Description(ports: ports, stored: stored, read: nil) }
    guard let model = try read() else { return nil }
    let ports = try model.ports(question)
    stored?.keep(ports, question)
    return Description(ports: ports, stored: stored, read: model)
  }
}

extension SluiceError.Code {
  package static let invalidActivationRanges = SluiceError.Code("invalid-activation-ranges")
}

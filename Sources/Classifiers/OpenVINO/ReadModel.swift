import COpenVINO
import Common

/// A model as read from its file: its inputs and outputs, its shape, which may be changed, and compiling it.
///
/// Not to be used from two threads at once: its owner sees to that.
@safe final class ReadModel {
  let library: OpenVINOLibrary
  private let path: String
  private let handle: OpaquePointer
  /// How many outputs were added behind the model's own ones. Nobody is told of them.
  private let exposed: Int

  /// - Throws: `unreadable-model` for what is no model of a known form, and for a damaged one; `engine-failed` when the
  ///   engine does not read it all the same; `model-not-found` when a file with its weights is missing; `model-mismatch` for
  ///   weights in files of their own where tensors have to be exposed.
  convenience init(_ path: String, in library: OpenVINOLibrary) throws(SluiceError) {
    try ModelFileForm.check(path)
    if let missing = WeightFiles.missing(besideOpenVINOAt: path) { throw missing }
    if let model = try Self.modelToExpose(at: path) {
      try self.init(model.bytes, exposing: model.tensors, ofModelAt: path, in: library)
      return
    }
    do throws(SluiceError) {
      try unsafe self.init(path, exposed: 0, in: library) { model, message in
        unsafe sluice_ov_read_model(library.handle, path, model, message)
      }
    } catch {
      // The engine says only that it cannot read the model.
      let weights = ExternalWeights(ofModelAt: path)
      if let missing = weights.missing(besideModelAt: path) { throw missing }
      if let linked = weights.linkedElsewhere(besideModelAt: path) { throw linked }
      throw Self.isOneOfFormats(error)
        ? SluiceError(
          .engineFailed,
          "the model \(path) cannot be read: it is damaged, or has operators that the engine does not know",
          remedy: error.remedy)
        : error
    }
  }

  /// The model and the tensors of it that have to be outputs; `nil` where there are none.
  private static func modelToExpose(
    at path: String
  ) throws(SluiceError) -> (bytes: [UInt8], tensors: ExposedTensors)? {
    guard let model = ONNXModel(whateverIsAt: path) else { return nil }
    try model.checkNodes(ofModelAt: path)
    let tensors = ExposedTensors(model)
    guard let first = tensors.names.first else { return nil }
    let weights = ExternalWeights(ofModelAt: path)
    if let missing = weights.missing(besideModelAt: path) { throw missing }
    guard weights.names.isEmpty else {
      throw SluiceError(
        .modelMismatch,
        "the engine computes the model \(path) rightly only where `\(first.printableName)` is given out as well, and for that its "
          + "weights must not be in files of their own",
        remedy: "put them into the file, in Python: `import onnx; onnx.save(onnx.load('model.onnx'), 'whole.onnx')`")
    }
    return (model.bytes, tensors)
  }

  /// The model, a part of it, or another form of it.
  ///
  /// - Parameters:
  ///   - bytes: an ONNX model.
  ///   - tensors: what becomes outputs behind its own ones.
  /// - Throws: `unreadable-model` for nodes that lack inputs or outputs; `engine-failed` when the engine does not read it.
  convenience init(
    _ bytes: [UInt8], exposing tensors: ExposedTensors, ofModelAt path: String, in library: OpenVINOLibrary
  ) throws(SluiceError) {
    let model = ONNXModel(bytes)
    try model?.checkNodes(ofModelAt: path)
    let bytes = model?.exposing(tensors.names) ?? bytes
    try unsafe self.init(path, exposed: model == nil ? 0 : tensors.names.count, in: library) { model, message in
      unsafe bytes.withUnsafeBytes {
        unsafe sluice_ov_read_model_bytes(library.handle, $0.baseAddress, $0.count, model, message)
      }
    }
  }

  private init(
    _ path: String, exposed: Int, in library: OpenVINOLibrary,
    _ read: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<CChar>?) -> sluice_ov_status
  ) throws(SluiceError) {
    var model: OpaquePointer?
    do throws(SluiceError) {
      unsafe try checked("the model \(path) cannot be read", .engineFailed) { message in unsafe read(&model, message) }
    } catch {
      throw error.advising(EngineMessage.remedy(forUnreadable: error.message))
    }
    guard let model = unsafe model else {
      throw SluiceError(.engineFailed, "the model \(path) cannot be read")
    }
    unsafe handle = model
    self.library = library
    self.path = path
    self.exposed = exposed
  }

  /// Whether the engine has tried one format after another and names them all, which helps nobody.
  private static func isOneOfFormats(_ error: SluiceError) -> Bool { error.message.contains("Available frontends") }

  deinit {
    unsafe sluice_ov_free_model(library.handle, handle)
  }

  /// The inputs and outputs as the model has them now.
  ///
  /// - Throws: `engine-failed`.
  func ports(_ question: PortQuestion = PortQuestion()) throws(SluiceError) -> ModelPorts {
    ModelPorts(
      inputs: try ports(.input, called: question.input), outputs: try ports(.output, called: question.output))
  }

  private func ports(_ side: PortSide, called name: String?) throws(SluiceError) -> [ModelPort] {
    var ports = try described(side).map { $0.port }
    guard let name, !ports.contains(where: { $0.name == name }), let place = place(of: name, side) else { return ports }
    ports[place].name = name
    return ports
  }

  /// The place of the input or output that has the name among its names.
  private func place(of name: String, _ side: PortSide) -> Int? {
    let place = unsafe sluice_ov_find_port(library.handle, handle, side.openVINO, name)
    return (0..<count(side)).contains(Int(place)) ? Int(place) : nil
  }

  /// How many inputs or outputs the model has of its own.
  private func count(_ side: PortSide) -> Int {
    let count = unsafe sluice_ov_port_count(library.handle, handle, side.openVINO)
    return side == .output ? max(0, count - exposed) : count
  }

  /// Each input or each output, with its type for people.
  private func described(_ side: PortSide) throws(SluiceError) -> [(port: ModelPort, type: String)] {
    var described: [(port: ModelPort, type: String)] = []
    for place in 0..<count(side) {
      var port = sluice_ov_port()
      let name = try unsafe library.text(atMost: Int(SLUICE_OV_NAME), orSay: "the model \(path) cannot be examined") {
        name, message in
        unsafe sluice_ov_describe_port(library.handle, handle, side.openVINO, place, &port, name, message)
      }
      let known = name.isEmpty ? side.name(ofPlace: place) : name
      described.append((ModelPort(port, place: place, name: known), Self.type(of: port)))
    }
    return described
  }

  private static func type(of port: sluice_ov_port) -> String {
    unsafe withUnsafeBytes(of: port.type) { bytes in
      unsafe String(cCharacters: bytes)
    }
  }

  /// The inputs or outputs as the model has them now, for whoever describes them to people.
  ///
  /// - Parameters:
  ///   - name: what one of them is called; of several names that it has, it is then known by this one.
  /// - Throws: `engine-failed`.
  func tensors(_ side: PortSide, called name: String? = nil) throws(SluiceError) -> [ModelTensor] {
    let ports = try ports(side, called: name)
    return zip(ports, try described(side)).map { ModelTensor($0, type: $1.type) }
  }

  /// Gives the input a fixed shape, also in place of the one that the file fixes.
  ///
  /// - Throws: `engine-failed` where the rest of the model does not follow.
  func reshape(input: Int, to shape: [Int]) throws(SluiceError) {
    let sizes = shape.map(Int64.init)
    unsafe try checked("the model \(path) cannot be prepared for input \(shape)", .engineFailed) { message in
      unsafe sluice_ov_reshape(library.handle, handle, input, sizes, Int32(sizes.count), message)
    }
  }

  /// The model compiled for the shape that it has now.
  ///
  /// - Throws: `engine-failed`.
  func compiled(streams: Int, precision: ComputedPrecision) throws(SluiceError) -> OpenVINOCompiledModel {
    var compiled: OpaquePointer?
    unsafe try checked("the model \(path) cannot be compiled", .engineFailed) { message in
      unsafe sluice_ov_compile(
        library.handle, handle, Int32(streams), precision.ofTheEngine.rawValue, &compiled, message)
    }
    guard let compiled = unsafe compiled else {
      throw SluiceError(.engineFailed, "the model \(path) cannot be compiled")
    }
    return unsafe OpenVINOCompiledModel(compiled, library: library)
  }
}

// The C interface permits use by one thread after the other, and no model is reached by two at once: those that `OpenVINOModel`
// keeps are asked under its mutex alone, and every other one is asked by the function that has read it, and by nobody after that.
extension ReadModel: @unchecked Sendable {}

import COpenVINO
import Common

/// A model as read from its file: its inputs and outputs, its shape, which may be changed, and compiling it.
///
/// Not to be used from two threads at once.
@safe final class ReadModel {
  let library: OpenVINOLibrary
  private let path: String
  let handle: OpaquePointer

  /// - Throws: `unreadable-model` for what is no model of a known form; `engine-failed` when the engine does not read it all
  ///   the same; `model-not-found` when a file with its weights is missing.
  convenience init(_ path: String, in library: OpenVINOLibrary) throws(SluiceError) {
    try ModelFileForm.check(path)
    do throws(SluiceError) {
      try unsafe self.init(path, in: library) { model, message in
        unsafe sluice_ov_read_model(library.handle, path, model, message)
      }
    } catch {
      // The engine says only that it cannot read the model.
      if let missing = ExternalWeights(ofModelAt: path).missing(besideModelAt: path) { throw missing }
      throw Self.isOneOfFormats(error)
        ? SluiceError(
          .engineFailed,
          "the model \(path) cannot be read: it is damaged, or has operators that the engine does not know",
          remedy: "export the model again as ONNX, OpenVINO IR or TensorFlow Lite")
        : error
    }
  }

  /// A part of the model, or another form of it.
  ///
  /// - Parameters:
  ///   - bytes: an ONNX model.
  /// - Throws: `engine-failed` when the engine does not read it.
  convenience init(_ bytes: [UInt8], ofModelAt path: String, in library: OpenVINOLibrary) throws(SluiceError) {
    try unsafe self.init(path, in: library) { model, message in
      unsafe bytes.withUnsafeBytes {
        unsafe sluice_ov_read_model_bytes(library.handle, $0.baseAddress, $0.count, model, message)
      }
    }
  }

  private init(
    _ path: String, in library: OpenVINOLibrary,
    _ read: (UnsafeMutablePointer<OpaquePointer?>, UnsafeMutablePointer<CChar>?) -> sluice_ov_status
  ) throws(SluiceError) {
    var model: OpaquePointer?
    unsafe try checked("the model \(path) cannot be read", .engineFailed) { message in unsafe read(&model, message) }
    guard let model = unsafe model else {
      throw SluiceError(.engineFailed, "the model \(path) cannot be read")
    }
    unsafe handle = model
    self.library = library
    self.path = path
  }

  /// Whether the engine has tried one format after another and names them all, which helps nobody.
  private static func isOneOfFormats(_ error: SluiceError) -> Bool { error.message.contains("Available frontends") }

  deinit {
    unsafe sluice_ov_free_model(library.handle, handle)
  }

  /// - Throws: `engine-failed`.
  func ports() throws(SluiceError) -> ModelPorts {
    ModelPorts(
      inputs: try unsafe ports(sluice_ov_input_count(library.handle, handle), sluice_ov_describe_input),
      outputs: try unsafe ports(sluice_ov_output_count(library.handle, handle), sluice_ov_describe_output))
  }

  private typealias Describe = (
    OpaquePointer?, OpaquePointer?, Int, UnsafeMutablePointer<sluice_ov_port>?, UnsafeMutablePointer<CChar>?
  ) -> sluice_ov_status

  private func ports(_ count: Int, _ describe: Describe) throws(SluiceError) -> [ModelPort] {
    var ports: [ModelPort] = []
    for index in 0..<count {
      var port = sluice_ov_port()
      unsafe try checked("the model \(path) cannot be examined", .engineFailed) { message in
        unsafe describe(library.handle, handle, index, &port, message)
      }
      ports.append(ModelPort(port))
    }
    return ports
  }

  /// Gives the input a fixed shape, also in place of the one that the file fixes.
  ///
  /// - Throws: `engine-failed` where the rest of the model does not follow.
  func reshape(input: String, to shape: [Int]) throws(SluiceError) {
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

// The C interface permits use by one thread after the other.
extension ReadModel: @unchecked Sendable {}

import COpenVINO
import Pixels

/// A model as read from its file: its inputs and outputs, and compiling it for a batch size.
@safe final class OpenVINOModel {
  let library: OpenVINOLibrary
  let path: String
  private let handle: OpaquePointer

  /// One input or output.
  struct Port {
    let name: String
    let element: TensorElement?
    /// `nil` for an axis that is not fixed; the whole is `nil` when even the rank is open.
    let shape: [Int?]?

    var summary: String {
      let sizes = shape.map { $0.map { $0.map(String.init) ?? "?" }.joined(separator: "×") } ?? "of any shape"
      return "`\(name)` (\(element?.rawValue ?? "another type") \(sizes))"
    }
  }

  /// - Throws: `engine-failed` when the file is not a model that the engine reads.
  init(_ path: String, in library: OpenVINOLibrary) throws(SluiceError) {
    var model: OpaquePointer?
    unsafe try checked("the model \(path) cannot be read", .engineFailed) { message in
      unsafe sluice_ov_read_model(library.handle, path, &model, message)
    }
    guard let model = unsafe model else {
      throw SluiceError(.engineFailed, "the model \(path) cannot be read")
    }
    unsafe handle = model
    self.library = library
    self.path = path
  }

  /// Opens the engine and reads the model; also a description of both for people.
  ///
  /// - Throws: `model-not-found`, `engine-not-found`, `engine-failed`.
  static func open(
    _ settings: OpenVINOSettings, environment: [String: String]
  ) throws(SluiceError) -> (model: OpenVINOModel, description: String) {
    guard isReadableFile(settings.modelPath) else {
      throw SluiceError(
        .modelNotFound, "the model \(settings.modelPath) does not exist or cannot be read",
        remedy: "check its path in the filter file")
    }
    let library = try OpenVINOLibrary(OpenVINOLocator(setting: settings.library, environment: environment))
    let name = settings.modelPath.split(separator: "/").last.map(String.init) ?? settings.modelPath
    do throws(SluiceError) {
      return (try OpenVINOModel(settings.modelPath, in: library), "OpenVINO \(library.version), \(name)")
    } catch {
      // The engine says only that it cannot read the model.
      let weights = ExternalWeights(ofModelAt: settings.modelPath)
      guard let missing = weights.firstMissing(besideModelAt: settings.modelPath) else { throw error }
      throw SluiceError(
        .modelNotFound,
        "the model \(settings.modelPath) has its weights in \(missing), which does not exist or cannot be read",
        remedy: "put that file beside the model, under the name that it was exported with")
    }
  }

  deinit {
    unsafe sluice_ov_free_model(library.handle, handle)
  }

  func inputs() throws(SluiceError) -> [Port] {
    try unsafe ports(sluice_ov_input_count(library.handle, handle), sluice_ov_describe_input)
  }

  func outputs() throws(SluiceError) -> [Port] {
    try unsafe ports(sluice_ov_output_count(library.handle, handle), sluice_ov_describe_output)
  }

  private typealias Describe = (
    OpaquePointer?, OpaquePointer?, Int, UnsafeMutablePointer<sluice_ov_port>?, UnsafeMutablePointer<CChar>?
  ) -> sluice_ov_status

  private func ports(_ count: Int, _ describe: Describe) throws(SluiceError) -> [Port] {
    var ports: [Port] = []
    for index in 0..<count {
      let port = unsafe try self.describe { port, message in
        unsafe describe(library.handle, handle, index, port, message)
      }
      ports.append(port)
    }
    return ports
  }

  private func describe(
    _ call: (UnsafeMutablePointer<sluice_ov_port>, UnsafeMutablePointer<CChar>) -> sluice_ov_status
  ) throws(SluiceError) -> Port {
    var port = sluice_ov_port()
    unsafe try checked("the model \(path) cannot be examined", .engineFailed) { message in
      unsafe call(&port, message)
    }
    let name = unsafe withUnsafeBytes(of: port.name) { bytes in
      unsafe String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self)
    }
    let sizes = unsafe withUnsafeBytes(of: port.sizes) { bytes in
      unsafe Array(bytes.bindMemory(to: Int64.self))
    }
    let shape = port.rank < 0 ? nil : sizes.prefix(Int(port.rank)).map { $0 < 0 ? nil : Int($0) }
    return Port(name: name, element: TensorElement(port.element), shape: shape)
  }

  /// The model compiled for one input shape. Not to be called from two threads at once.
  func compiled(
    input: String, shape: [Int], streams: Int, precision: InferencePrecision
  ) throws(SluiceError) -> OpenVINOCompiledModel {
    var compiled: OpaquePointer?
    let sizes = shape.map(Int64.init)
    unsafe try checked("the model \(path) cannot be prepared for input \(shape)", .engineFailed) { message in
      unsafe sluice_ov_compile(
        library.handle, handle, input, sizes, Int32(sizes.count), Int32(streams), precision.rawValue, &compiled,
        message)
    }
    guard let compiled = unsafe compiled else {
      throw SluiceError(.engineFailed, "the model \(path) cannot be prepared")
    }
    return unsafe OpenVINOCompiledModel(compiled, library: library)
  }
}

// The C interface permits concurrent reads of one model; compiling is serialised by the classifier.
extension OpenVINOModel: @unchecked Sendable {}

/// The arithmetic of an inference.
package enum InferencePrecision: String, Sendable, Hashable, CaseIterable {
  /// Single precision: scores agree between machines.
  case f32
  /// bfloat16 where the processor has it: faster, and logits move by more than one.
  case bf16
}

extension TensorElement {
  fileprivate init?(_ element: sluice_ov_element) {
    switch element {
    case SLUICE_OV_FLOAT32: self = .float32
    case SLUICE_OV_FLOAT16: self = .float16
    case SLUICE_OV_UINT8: self = .uint8
    case SLUICE_OV_INT8: self = .int8
    default: return nil
    }
  }

  var openVINO: sluice_ov_element {
    switch self {
    case .float32: SLUICE_OV_FLOAT32
    case .float16: SLUICE_OV_FLOAT16
    case .uint8: SLUICE_OV_UINT8
    case .int8: SLUICE_OV_INT8
    }
  }
}

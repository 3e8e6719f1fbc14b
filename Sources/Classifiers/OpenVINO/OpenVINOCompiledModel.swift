import COpenVINO
import Common
import Pixels
import Synchronization

/// A model compiled for one batch size, with its idle inference requests.
@safe final class OpenVINOCompiledModel {
  private let library: OpenVINOLibrary
  private let handle: OpaquePointer
  // A request holds the activations of one inference; as many come to exist as ran at the same time.
  private let idle = Mutex<[Request]>([])

  @safe private final class Request: @unchecked Sendable {
    let library: OpenVINOLibrary
    let handle: OpaquePointer

    init(_ handle: OpaquePointer, library: OpenVINOLibrary) {
      unsafe self.handle = handle
      self.library = library
    }

    deinit {
      unsafe sluice_ov_free_request(library.handle, handle)
    }
  }

  // Its weights are used where they lie, so they are held until the handle is freed.
  private let imported: CacheEntry?

  init(_ handle: OpaquePointer, library: OpenVINOLibrary, imported: CacheEntry? = nil) {
    unsafe self.handle = handle
    self.library = library
    self.imported = imported
  }

  /// A model that was exported, which must be known to be of this engine and this processor.
  ///
  /// - Throws: `engine-failed`.
  convenience init(
    importing entry: CacheEntry, streams: Int, precision: ComputedPrecision, library: OpenVINOLibrary
  ) throws(SluiceError) {
    var compiled: OpaquePointer?
    unsafe try checked("a compiled model cannot be opened", .engineFailed) { message in
      unsafe sluice_ov_import(
        library.handle, entry.bytes.address, entry.payloadCount, Int32(streams), precision.ofTheEngine.rawValue,
        &compiled,
        message)
    }
    guard let compiled = unsafe compiled else {
      throw SluiceError(.engineFailed, "a compiled model cannot be opened")
    }
    unsafe self.init(compiled, library: library, imported: entry)
  }

  /// Writes the compiled model to a file, for `init(importing:)`.
  ///
  /// - Throws: `engine-failed`.
  func export(to path: String) throws(SluiceError) {
    unsafe try checked("a compiled model cannot be written to \(path)", .engineFailed) { message in
      unsafe sluice_ov_export(library.handle, handle, path, message)
    }
  }

  /// What it computes in, as the engine says, which does not count what is rounded to 8 bits; `nil` for anything unknown.
  ///
  /// - Throws: `engine-failed`.
  func precision() throws(SluiceError) -> ComputedPrecision? {
    let text = try unsafe library.text(of: "what a compiled model computes in") { value, message in
      unsafe sluice_ov_compiled_precision(library.handle, handle, value, message)
    }
    return ComputedPrecision(rawValue: text)
  }

  deinit {
    idle.withLock { $0 = [] }
    unsafe sluice_ov_free_compiled(library.handle, handle)
  }

  /// Runs the model on `bytes`, whose shape is the one it was compiled for, and returns `count` scores.
  ///
  /// - Parameters:
  ///   - input: the place of the input.
  ///   - output: the place of the output with the scores.
  /// - Throws: `classifier-failed`.
  func infer(
    _ bytes: RawSpan, input: Int, shape: [Int], element: TensorElement, output: Int, count: Int
  ) throws(SluiceError) -> [Float] {
    let request = try takeRequest()
    defer { idle.withLock { $0.append(request) } }
    var scores = [Float](repeating: 0, count: count)
    let sizes = shape.map(Int64.init)
    unsafe try checked("the classifier failed", .classifierFailed) { message in
      unsafe bytes.withUnsafeBytes { bytes in
        unsafe sluice_ov_infer(
          library.handle, request.handle, input, element.openVINO, sizes, Int32(sizes.count),
          bytes.baseAddress, output, &scores, count, message)
      }
    }
    return scores
  }

  private func takeRequest() throws(SluiceError) -> Request {
    if let request = idle.withLock({ $0.popLast() }) { return request }
    var request: OpaquePointer?
    unsafe try checked("the classifier cannot start another inference", .classifierFailed) { message in
      unsafe sluice_ov_create_request(library.handle, handle, &request, message)
    }
    guard let request = unsafe request else {
      throw SluiceError(.classifierFailed, "the classifier cannot start another inference")
    }
    return unsafe Request(request, library: library)
  }
}

// The C interface permits requests of one compiled model to run concurrently; the idle list is locked.
extension OpenVINOCompiledModel: @unchecked Sendable {}

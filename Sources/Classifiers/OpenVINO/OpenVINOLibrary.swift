import COpenVINO
import Common
import Synchronization

/// The engine's library, opened once and kept for the life of the process.
@safe package final class OpenVINOLibrary {
  let handle: OpaquePointer
  let version: String

  /// The libraries of this process, by their paths.
  private static let opened = Mutex<[String: OpenVINOLibrary]>([:])

  /// The first of the candidates that works, opened unless it is open already.
  ///
  /// - Throws: `engine-not-found` when there is none, `engine-failed` when none of them can be used.
  package static func open(_ locator: OpenVINOLocator) throws(SluiceError) -> OpenVINOLibrary {
    var failures: [String] = []
    for path in locator.candidates() {
      do throws(SluiceError) {
        return try opened.withLock { (opened) throws(SluiceError) in
          if let library = opened[path] { return library }
          let library = try OpenVINOLibrary(path)
          opened[path] = library
          return library
        }
      } catch {
        failures.append(error.message)
      }
    }
    if failures.isEmpty { throw locator.notFound() }
    throw locator.unusable(failures)
  }

  private init(_ path: String) throws(SluiceError) {
    var library: OpaquePointer?
    var version = [CChar](repeating: 0, count: 128)
    unsafe try checked("the engine at \(path) cannot be used", .engineFailed) { message in
      unsafe sluice_ov_open(path, &library, &version, message)
    }
    guard let library = unsafe library else {
      throw SluiceError(.engineFailed, "the engine at \(path) cannot be used")
    }
    unsafe handle = library
    self.version = String(cCharacters: version)
  }

  /// A property of the processor as the engine sees it, such as `FULL_DEVICE_NAME`.
  ///
  /// - Throws: `engine-failed`.
  package func deviceProperty(_ name: String) throws(SluiceError) -> String {
    try unsafe text(of: "the property \(name)") { value, message in
      unsafe sluice_ov_device_property(handle, name, value, message)
    }
  }

  /// What a C call writes as text.
  ///
  /// - Parameters:
  ///   - what: what the engine does not tell where the call fails.
  func text(
    of what: @autoclosure () -> String,
    _ call: (_ value: UnsafeMutablePointer<CChar>, _ message: UnsafeMutablePointer<CChar>) -> sluice_ov_status
  ) throws(SluiceError) -> String {
    try unsafe text(atMost: Int(SLUICE_OV_VALUE), orSay: "the engine does not tell \(what())", call)
  }

  /// What a C call writes as text, into room for so many bytes.
  func text(
    atMost count: Int, orSay context: @autoclosure () -> String,
    _ call: (_ value: UnsafeMutablePointer<CChar>, _ message: UnsafeMutablePointer<CChar>) -> sluice_ov_status
  ) throws(SluiceError) -> String {
    var value = [CChar](repeating: 0, count: count)
    unsafe try checked(context(), .engineFailed) { message in
      unsafe value.withUnsafeMutableBufferPointer { buffer in
        guard let base = buffer.baseAddress else { return SLUICE_OV_FAILED }
        return unsafe call(base, message)
      }
    }
    return String(cCharacters: value)
  }
}

// The C interface permits concurrent use of one library.
extension OpenVINOLibrary: @unchecked Sendable {}

/// Runs one C call and turns what it reports into an error that begins with `context`.
func checked(
  _ context: @autoclosure () -> String, _ code: SluiceError.Code,
  _ call: (UnsafeMutablePointer<CChar>) -> sluice_ov_status
) throws(SluiceError) {
  var message = [CChar](repeating: 0, count: Int(SLUICE_OV_MESSAGE))
  let status = unsafe message.withUnsafeMutableBufferPointer { buffer in
    guard let base = buffer.baseAddress else { return SLUICE_OV_FAILED }
    return unsafe call(base)
  }
  guard status != SLUICE_OV_OK else { return }
  throw SluiceError(code, "\(context()): \(EngineMessage.shortened(String(cCharacters: message)))")
}

import COpenVINO
import Pixels

/// The engine's library, opened once and kept for the life of the process.
@safe final class OpenVINOLibrary {
  let handle: OpaquePointer
  let version: String

  /// Opens the first of the candidates that works.
  ///
  /// - Throws: `engine-not-found` when there is none, `engine-failed` when none of them can be used.
  init(_ locator: OpenVINOLocator) throws(SluiceError) {
    var failures: [String] = []
    for path in locator.candidates() {
      var library: OpaquePointer?
      var version = [CChar](repeating: 0, count: 128)
      do throws(SluiceError) {
        unsafe try checked("the engine at \(path) cannot be used", .engineFailed) { message in
          unsafe sluice_ov_open(path, &library, &version, message)
        }
      } catch {
        failures.append(error.message)
        continue
      }
      guard let library = unsafe library else { continue }
      unsafe handle = library
      self.version = Self.text(version)
      return
    }
    if failures.isEmpty { throw locator.notFound() }
    throw SluiceError(
      .engineFailed, failures.joined(separator: "; "),
      remedy: "install a version that fits with `\(OpenVINOLocator.installCommand)`")
  }

  private static func text(_ characters: [CChar]) -> String {
    String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
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
  let detail = String(decoding: message.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
  let firstLines = detail.split(separator: "\n").prefix(3).joined(separator: " ")
  throw SluiceError(code, "\(context()): \(firstLines)")
}

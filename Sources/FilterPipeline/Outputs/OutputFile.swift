import Pixels

#if canImport(Glibc)
  import Glibc
#endif

extension SluiceError.Code {
  /// The reader of a pipe has gone away; a filter ends quietly then.
  package static let closedPipe = SluiceError.Code("closed-pipe")
  package static let unwritableOutput = SluiceError.Code("unwritable-output")
}

/// Where bytes go: a file, standard output or standard error.
package final class OutputFile {
  private let descriptor: Int32
  private let name: String
  private let closesAtEnd: Bool

  private init(_ descriptor: Int32, name: String, closesAtEnd: Bool) {
    self.descriptor = descriptor
    self.name = name
    self.closesAtEnd = closesAtEnd
  }

  deinit {
    if closesAtEnd { close(descriptor) }
  }

  package static func standardOutput() -> OutputFile {
    OutputFile(STDOUT_FILENO, name: "standard output", closesAtEnd: false)
  }

  package static func standardError() -> OutputFile {
    OutputFile(STDERR_FILENO, name: "standard error", closesAtEnd: false)
  }

  /// Creates or empties a file.
  ///
  /// - Throws: `unwritable-output`.
  package static func created(_ path: String) throws(SluiceError) -> OutputFile {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SluiceError(.unwritableOutput, "\(path): \(lastSystemError())") }
    return OutputFile(descriptor, name: path, closesAtEnd: true)
  }

  /// Opens a file for writing behind what it holds, or creates it.
  ///
  /// - Throws: `unwritable-output`.
  package static func appended(_ path: String) throws(SluiceError) -> OutputFile {
    let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
    guard descriptor >= 0 else { throw SluiceError(.unwritableOutput, "\(path): \(lastSystemError())") }
    return OutputFile(descriptor, name: path, closesAtEnd: true)
  }

  /// Gives the file these bytes in one step: whoever opens it finds the old contents or the new, never a part.
  ///
  /// - Throws: `unwritable-output`.
  package static func replace(_ path: String, with bytes: [UInt8]) throws(SluiceError) {
    let temporary = path + ".new"
    try OutputFile.created(temporary).write(bytes)
    guard unsafe rename(temporary, path) == 0 else {
      throw SluiceError(.unwritableOutput, "\(path): \(lastSystemError())")
    }
  }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `closed-pipe`, `unwritable-output`.
  package func write(_ bytes: [UInt8]) throws(SluiceError) {
    var written = 0
    while written < bytes.count {
      let count = unsafe bytes.withUnsafeBytes { buffer in
        unsafe Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if count >= 0 {
        written += count
      } else if errno == EPIPE {
        throw SluiceError(.closedPipe, "\(name) was closed by its reader")
      } else if errno == EAGAIN {
        // Whoever shares the pipe or terminal made it non-blocking.
        var polled = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        _ = unsafe poll(&polled, 1, -1)
      } else if errno != EINTR {
        throw SluiceError(.unwritableOutput, "\(name): \(lastSystemError())")
      }
    }
  }
}

/// A temporary file without a name: gone when it goes out of use, however the process ends.
///
/// Formats that begin with what is known only at the end collect it here instead of in memory.
final class SpoolFile {
  private let descriptor: Int32
  private(set) var count = 0

  /// - Throws: `unwritable-output`.
  init() throws(SluiceError) {
    let folder = unsafe getenv("TMPDIR").map { unsafe String(cString: $0) } ?? "/tmp"
    var template = Array("\(folder)/sluice-\(String(repeating: "X", count: 6))".utf8CString)
    descriptor = unsafe mkstemp(&template)
    guard descriptor >= 0 else {
      throw SluiceError(
        .unwritableOutput, "cannot make a temporary file in \(folder): \(lastSystemError())",
        remedy: "name a folder with room in TMPDIR")
    }
    _ = unsafe unlink(template)
  }

  deinit {
    if descriptor >= 0 { close(descriptor) }
  }

  func append(_ bytes: [UInt8]) throws(SluiceError) {
    var written = 0
    while written < bytes.count {
      let result = unsafe bytes.withUnsafeBytes { buffer in
        unsafe write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      if result >= 0 {
        written += result
      } else if errno != EINTR {
        throw SluiceError(.unwritableOutput, "the temporary file: \(lastSystemError())")
      }
    }
    count += bytes.count
  }

  /// Copies everything to `file`, a block at a time.
  func copy(to file: OutputFile) throws(SluiceError) {
    guard lseek(descriptor, 0, SEEK_SET) == 0 else {
      throw SluiceError(.unwritableOutput, "the temporary file: \(lastSystemError())")
    }
    var block = [UInt8](repeating: 0, count: 1 << 20)
    while true {
      let length = unsafe block.withUnsafeMutableBytes { unsafe read(descriptor, $0.baseAddress, $0.count) }
      if length == 0 { return }
      if length > 0 {
        try file.write([UInt8](block[..<length]))
      } else if errno != EINTR {
        throw SluiceError(.unwritableOutput, "the temporary file: \(lastSystemError())")
      }
    }
  }
}

import Common
import SystemPackage

extension SluiceError.Code {
  package static let unreadableFile = SluiceError.Code("unreadable-file")
  package static let unwritableOutput = SluiceError.Code("unwritable-output")
  /// The reader of a pipe has gone away; a filter ends quietly then.
  package static let closedPipe = SluiceError.Code("closed-pipe")
  /// One file would be used for two things.
  package static let sameFile = SluiceError.Code("same-file")
}

extension SluiceError {
  /// A file that would be read and written, or written twice.
  package static func usedTwice(_ path: some CustomStringConvertible) -> SluiceError {
    SluiceError(.sameFile, "\(path) is used for two things at once", remedy: "name a file of its own for each output")
  }

  /// A file that the system does not let us read.
  static func unreadable(_ path: some CustomStringConvertible, _ errno: Errno) -> SluiceError {
    SluiceError(.unreadableFile, "\(path): \(errno)")
  }

  /// A file or folder that the system does not let us write.
  static func unwritable(_ path: some CustomStringConvertible, _ errno: Errno) -> SluiceError {
    SluiceError(.unwritableOutput, "\(path): \(errno)")
  }
}

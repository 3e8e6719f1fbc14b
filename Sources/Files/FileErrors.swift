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
  /// A file that the system does not let us read.
  static func unreadable(_ path: some CustomStringConvertible, _ errno: Errno) -> SluiceError {
    SluiceError(.unreadableFile, "\(path): \(errno)")
  }

  /// A file or folder that the system does not let us write.
  static func unwritable(_ path: some CustomStringConvertible, _ errno: Errno) -> SluiceError {
    SluiceError(.unwritableOutput, "\(path): \(errno)")
  }
}

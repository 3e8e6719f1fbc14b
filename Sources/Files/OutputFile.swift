import Common
import SystemPackage

/// Where bytes go as they come: a file, standard output or standard error. What is known as a whole is written by `replaceFile`.
package final class OutputFile {
  private let descriptor: FileDescriptor
  private let name: String
  private let closesAtEnd: Bool

  private init(_ descriptor: FileDescriptor, name: String, closesAtEnd: Bool) {
    self.descriptor = descriptor
    self.name = name
    self.closesAtEnd = closesAtEnd
  }

  deinit {
    if closesAtEnd { descriptor.closeQuietly() }
  }

  package static func standardOutput() -> OutputFile {
    OutputFile(.standardOutput, name: "standard output", closesAtEnd: false)
  }

  package static func standardError() -> OutputFile {
    OutputFile(.standardError, name: "standard error", closesAtEnd: false)
  }

  /// Creates or empties a file.
  ///
  /// - Throws: `unwritable-output`.
  package static func created(_ path: String) throws(SluiceError) -> OutputFile {
    try opened(path, [.create, .truncate])
  }

  /// Opens a file for writing behind what it holds, or creates it.
  ///
  /// - Throws: `unwritable-output`.
  package static func appended(_ path: String) throws(SluiceError) -> OutputFile {
    try opened(path, [.create, .append])
  }

  private static func opened(
    _ path: String, _ options: FileDescriptor.OpenOptions
  ) throws(SluiceError) -> OutputFile {
    do throws(Errno) {
      let descriptor = try FileDescriptor.opened(RawPath(path), .writeOnly, options, permissions: .forEverybodyToRead)
      return OutputFile(descriptor, name: path, closesAtEnd: true)
    } catch {
      throw .unwritable(path, error)
    }
  }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `closed-pipe`, `unwritable-output`.
  package func write(_ bytes: [UInt8]) throws(SluiceError) {
    do throws(Errno) {
      try descriptor.writeAll(of: bytes)
    } catch {
      guard error != .brokenPipe else { throw SluiceError(.closedPipe, "\(name) was closed by its reader") }
      throw .unwritable(name, error)
    }
  }
}

extension FilePermissions {
  /// What a new file of no secrets has, as far as the user's mask permits.
  package static let forEverybodyToRead: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
  /// What a file has that is nobody else's business.
  package static let forOwnerAlone: FilePermissions = .ownerReadWrite
}

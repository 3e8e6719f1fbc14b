import Common
import SystemPackage

/// Where bytes go as they come: a file, standard output or standard error. What is known as a whole is written by `replaceFile`.
package final class OutputFile {
  package let name: String
  /// Whether it was opened by its name; standard streams were not, and stay open.
  package let isNamed: Bool
  /// Which file it is; `nil` for what is no regular file, such as a terminal or a pipe.
  package let identity: FileStatus.Identity?
  private let descriptor: FileDescriptor
  private var holdsOldContents: Bool
  private var isClosed = false

  private init(_ descriptor: FileDescriptor, name: String, isNamed: Bool, keepsOldContents: Bool = false) {
    self.descriptor = descriptor
    self.name = name
    self.isNamed = isNamed
    identity = FileStatus(descriptor).flatMap { $0.isRegularFile ? $0.identity : nil }
    holdsOldContents = keepsOldContents && identity != nil
  }

  deinit {
    if isNamed, !isClosed { descriptor.closeQuietly() }
  }

  package static func standardOutput() -> OutputFile {
    OutputFile(.standardOutput, name: "standard output", isNamed: false)
  }

  package static func standardError() -> OutputFile {
    OutputFile(.standardError, name: "standard error", isNamed: false)
  }

  /// Creates or empties a file.
  ///
  /// - Throws: `unwritable-output`.
  package static func created(_ path: String) throws(SluiceError) -> OutputFile {
    try opened(path, [.create, .truncate])
  }

  /// Opens or creates a file. What it holds is lost with the first write, or when it is closed, and not before.
  ///
  /// - Throws: `unwritable-output`.
  package static func overwriting(_ path: String) throws(SluiceError) -> OutputFile {
    try opened(path, [.create], keepsOldContents: true)
  }

  /// Opens a file for writing behind what it holds, or creates it.
  ///
  /// - Throws: `unwritable-output`.
  package static func appended(_ path: String) throws(SluiceError) -> OutputFile {
    try opened(path, [.create, .append])
  }

  private static func opened(
    _ path: String, _ options: FileDescriptor.OpenOptions, keepsOldContents: Bool = false
  ) throws(SluiceError) -> OutputFile {
    do throws(Errno) {
      let descriptor = try FileDescriptor.opened(RawPath(path), .writeOnly, options, permissions: .forEverybodyToRead)
      return OutputFile(descriptor, name: path, isNamed: true, keepsOldContents: keepsOldContents)
    } catch {
      throw .unwritable(path, error)
    }
  }

  /// Whether there is still something in it from before it was opened, which the first write takes away.
  package var hasOldContents: Bool { holdsOldContents && FileStatus(descriptor).map { $0.byteCount > 0 } == true }

  /// Whether two outputs would write over each other. Standard streams that lead to one file do not: they share their place in it.
  package func isSameFile(as other: OutputFile) -> Bool {
    (isNamed || other.isNamed) && identity != nil && identity == other.identity
  }

  /// Writes all of `bytes`.
  ///
  /// - Throws: `closed-pipe`, `unwritable-output`.
  package func write(_ bytes: [UInt8]) throws(SluiceError) {
    // The system may have given the number of a closed file to another one.
    precondition(!isClosed)
    do throws(Errno) {
      try emptyOnce()
      try descriptor.writeAll(of: bytes)
    } catch {
      guard error != .brokenPipe else { throw SluiceError(.closedPipe, "\(name) was closed by its reader") }
      throw .unwritable(name, error)
    }
  }

  /// Makes what was written durable and closes the file. Some disks say only now that they had no room.
  ///
  /// - Throws: `unwritable-output`.
  package func close() throws(SluiceError) {
    guard !isClosed else { return }
    do throws(Errno) {
      try emptyOnce()
      if identity != nil { try descriptor.flush() }
      guard isNamed else { return }
      isClosed = true
      try descriptor.closeReporting()
    } catch {
      throw .unwritable(name, error)
    }
  }

  private func emptyOnce() throws(Errno) {
    guard holdsOldContents else { return }
    try descriptor.empty()
    holdsOldContents = false
  }
}

extension FilePermissions {
  /// What a new file of no secrets has, as far as the user's mask permits.
  package static let forEverybodyToRead: FilePermissions = [.ownerReadWrite, .groupRead, .otherRead]
  /// What a file has that is nobody else's business.
  package static let forOwnerAlone: FilePermissions = .ownerReadWrite
}

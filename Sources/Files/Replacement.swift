import Common
import Glibc
import SystemPackage

/// Gives a file these bytes in one step, durable once the call returns: whoever opens it finds the old contents or the new,
/// never a part, also after the machine lost its power. A failure leaves the old file and nothing else behind.
///
/// A file that is there keeps its permissions, and a link still leads to it. What is no regular file, as a terminal or a pipe,
/// is simply written to.
///
/// - Throws: `unwritable-output`, `closed-pipe`.
/// - Complexity: O(bytes).
package func replaceFile(
  _ path: String, with bytes: [UInt8], permissions: FilePermissions = .forEverybodyToRead
) throws(SluiceError) {
  let status = FileStatus(path)
  if let status, !status.isRegularFile { return try OutputFile.created(path).write(bytes) }
  do throws(Errno) {
    let replacement = try Replacement(of: RawPath(path).resolved, permissions)
    if let status { try replacement.permit(status.permissions) }
    try replacement.write(bytes)
    try replacement.take()
  } catch {
    throw .unwritable(path, error)
  }
}

/// A file that is about to take the place of another one; it is removed unless it does.
struct Replacement: ~Copyable {
  private let target: RawPath
  private let temporary: RawPath
  private let descriptor: FileDescriptor

  init(of target: RawPath, _ permissions: FilePermissions) throws(Errno) {
    self.target = target
    (descriptor, temporary) = try FileDescriptor.temporary(beside: target, permissions)
  }

  deinit {
    descriptor.closeQuietly()
    // Gone already where it has taken its place.
    temporary.unlink()
  }

  func write(_ bytes: [UInt8]) throws(Errno) { try descriptor.writeAll(of: bytes) }

  /// Gives the file exactly these permissions, whatever the user's mask is.
  func permit(_ permissions: FilePermissions) throws(Errno) {
    guard fchmod(descriptor.rawValue, permissions.rawValue) == 0 else { throw Errno(rawValue: errno) }
  }

  /// Makes what was written durable, wherever it lies.
  func flush() throws(Errno) { try descriptor.flush() }

  /// Takes the place of the file.
  func take() throws(Errno) {
    try flush()
    try unsafe temporary.with(target) { unsafe rename($0, $1) }
    try target.flushFolder()
  }

  /// Takes the place if it is free. Unlike a renamed file, a linked one never takes that of another.
  ///
  /// - Returns: whether it was free.
  func takeIfFree() throws(Errno) -> Bool {
    try flush()
    do throws(Errno) {
      try unsafe temporary.with(target) { unsafe link($0, $1) }
    } catch {
      guard error == .fileExists else { throw error }
      return false
    }
    try target.flushFolder()
    return true
  }
}

extension RawPath {
  /// The path without links; itself where it leads to nothing.
  fileprivate var resolved: RawPath {
    guard let real = unsafe withCString({ unsafe realpath($0, nil) }) else { return self }
    defer { unsafe free(real) }
    return RawPath(
      bytes: unsafe Array(UnsafeBufferPointer(start: real, count: strlen(real)).map { UInt8(bitPattern: $0) }))
  }

  fileprivate func with(
    _ other: RawPath, _ call: (UnsafePointer<CChar>, UnsafePointer<CChar>) -> Int32
  ) throws(Errno) {
    let result = unsafe withCString { own in unsafe other.withCString { unsafe call(own, $0) } }
    guard result == 0 else { throw Errno(rawValue: errno) }
  }

  /// Makes the names in the folder that this lies in durable.
  func flushFolder() throws(Errno) {
    let folder = RawPath(bytes: Array(containingFolder))
    let descriptor = try FileDescriptor.opened(folder, .readOnly, .directory)
    defer { descriptor.closeQuietly() }
    try descriptor.flush()
  }

  private var containingFolder: [UInt8] {
    guard let slash = bytes.lastIndex(of: UInt8(ascii: "/")) else { return Array(".".utf8) }
    return slash == 0 ? Array("/".utf8) : Array(bytes[..<slash])
  }
}

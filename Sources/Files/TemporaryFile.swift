import Glibc
import SystemPackage

extension FileDescriptor {
  /// A new file for reading and writing, under a name that nobody else uses and that begins with `path`.
  ///
  /// Rejected alternative: `mkstemp`, whose files ignore the user's mask.
  static func temporary(
    beside path: RawPath, _ permissions: FilePermissions
  ) throws(Errno) -> (descriptor: FileDescriptor, path: RawPath) {
    var attempts = 100
    while true {
      let ending = String(UInt64.random(in: 0..<1 << 40), radix: 36)
      let temporary = RawPath(bytes: path.bytes + Array(".\(ending).new".utf8))
      do throws(Errno) {
        return (
          try opened(temporary, .readWrite, [.create, .exclusiveCreate, .noFollow], permissions: permissions), temporary
        )
      } catch {
        attempts -= 1
        guard error == .fileExists, attempts > 0 else { throw error }
      }
    }
  }
}

extension RawPath {
  /// Removes the file; without effect where there is none.
  func unlink() { _ = unsafe withCString { unsafe Glibc.unlink($0) } }
}

import Common
import Glibc
import SystemPackage

/// Makes a folder, unless it is there; the one above must be.
///
/// - Throws: `unwritable-output`.
package func makeFolder(_ path: String) throws(SluiceError) {
  guard unsafe mkdir(path, 0o755) != 0, errno != EEXIST else { return }
  throw .unwritable(path, Errno(rawValue: errno))
}

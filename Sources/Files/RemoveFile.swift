import Common
import Glibc
import SystemPackage

/// Removes a file; one that is not there is removed already.
///
/// - Throws: `unwritable-output`.
package func removeFile(_ path: String) throws(SluiceError) {
  guard unsafe unlink(path) != 0, errno != ENOENT else { return }
  throw .unwritable(path, Errno(rawValue: errno))
}

import Common
import Glibc
import SystemPackage

/// The names in a folder, sorted by their bytes, without hidden ones; `nil` for what is no folder.
///
/// - Throws: `unreadable-file` for a folder that may not be read.
/// - Complexity: O(n log n); memory for the names of one folder.
package func folderContents(_ path: RawPath) throws(SluiceError) -> [RawPath]? {
  guard FileStatus(path)?.isFolder == true else { return nil }
  return try namesInFolder(path).filter { $0.bytes.first != UInt8(ascii: ".") }.sorted()
}

/// The names in a folder, for those who name it by text.
package func folderContents(_ path: String) throws(SluiceError) -> [RawPath]? {
  try folderContents(RawPath(path))
}

/// All names in a folder, in no order, but for `.` and `..`.
///
/// - Throws: `unreadable-file`.
/// - Complexity: O(n).
package func namesInFolder(_ path: RawPath) throws(SluiceError) -> [RawPath] {
  guard let folder = unsafe path.withCString({ unsafe opendir($0) }) else {
    throw .unreadable(path, Errno(rawValue: errno))
  }
  defer { unsafe closedir(folder) }
  var names: [RawPath] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafeBytes(of: &entry.pointee.d_name) { bytes in unsafe Array(bytes.prefix { $0 != 0 }) }
    if name != Array(".".utf8), name != Array("..".utf8) { names.append(RawPath(bytes: name)) }
  }
  return names
}

import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// The names in a folder, sorted by their bytes, without hidden ones; `nil` for what is no folder.
///
/// A symbolic link to a folder is passed over like a hidden one: links can lead round in circles.
///
/// - Throws: `unreadable-file` for a folder that may not be read.
/// - Complexity: O(n log n); memory for the names of one folder.
package func folderContents(_ path: InputPath) throws(SluiceError) -> [InputPath]? {
  guard isFolder(path) else { return nil }
  guard let folder = unsafe path.withCString({ unsafe opendir($0) }) else {
    throw SluiceError(.unreadableFile, "\(path): \(lastSystemError())")
  }
  defer { unsafe closedir(folder) }
  var names: [InputPath] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe InputPath(
      bytes: withUnsafeBytes(of: &entry.pointee.d_name) { bytes in unsafe Array(bytes.prefix { $0 != 0 }) })
    if name.bytes.first != UInt8(ascii: "."), !isLinkToFolder(path.appending(name)) { names.append(name) }
  }
  return names.sorted()
}

/// The names in a folder, for those who name it by text.
package func folderContents(_ path: String) throws(SluiceError) -> [InputPath]? {
  try folderContents(InputPath(path))
}

/// Whether a path leads to a folder, also through links.
func isFolder(_ path: InputPath) -> Bool {
  var status = stat()
  return unsafe path.withCString { unsafe stat($0, &status) } == 0 && status.st_mode & S_IFMT == S_IFDIR
}

private func isLinkToFolder(_ path: InputPath) -> Bool {
  var link = stat()
  let isLink = unsafe path.withCString { unsafe lstat($0, &link) } == 0 && link.st_mode & S_IFMT == S_IFLNK
  return isLink && isFolder(path)
}

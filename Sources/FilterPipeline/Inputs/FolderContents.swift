import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// The names in a folder, sorted, without hidden ones; `nil` for what is no folder.
///
/// A symbolic link to a folder is passed over like a hidden one: links can lead round in circles.
///
/// - Throws: `unreadable-file` for a folder that may not be read.
/// - Complexity: O(n log n); memory for the names of one folder.
package func folderContents(_ path: String) throws(SluiceError) -> [String]? {
  var status = stat()
  guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFDIR else { return nil }
  guard let folder = unsafe opendir(path) else {
    throw SluiceError(.unreadableFile, "\(path): \(lastSystemError())")
  }
  defer { unsafe closedir(folder) }
  var names: [String] = []
  while let entry = unsafe readdir(folder) {
    let name = unsafe withUnsafePointer(to: &entry.pointee.d_name) { pointer in
      unsafe pointer.withMemoryRebound(to: CChar.self, capacity: 256) { unsafe String(cString: $0) }
    }
    if !name.hasPrefix("."), !isLinkToFolder(path + "/" + name) { names.append(name) }
  }
  return names.sorted()
}

private func isLinkToFolder(_ path: String) -> Bool {
  var (link, target) = (stat(), stat())
  guard unsafe lstat(path, &link) == 0, link.st_mode & S_IFMT == S_IFLNK else { return false }
  return unsafe stat(path, &target) == 0 && target.st_mode & S_IFMT == S_IFDIR
}

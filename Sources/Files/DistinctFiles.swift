import Common

/// Refuses to write to a file that is read, or to write two things to one file.
///
/// - Parameters:
///   - paths: further inputs, which need not be text.
/// - Throws: `same-file`.
package func checkDistinct(
  outputs: [String], inputs: [String], paths: [RawPath] = []
) throws(SluiceError) {
  var known = Set((inputs.map { RawPath($0) } + paths).compactMap { regularFile($0).map(Place.file) })
  for path in outputs {
    let isRepeated = outputs.count { $0 == path } > 1 && path != "/dev/null"
    guard !isRepeated, place(path).map({ known.insert($0).inserted }) ?? true else { throw .usedTwice(path) }
  }
}

/// Whether two paths are of one file, which need not be there yet: paths may be written in many ways.
package func isSameFile(_ path: String, _ other: String) -> Bool {
  guard path != other, let known = place(path) else { return path == other }
  return known == place(other)
}

/// What an output is known by, however its path is spelled.
private enum Place: Hashable {
  case file(FileStatus.Identity)
  /// What does not exist yet is known by its folder and its name.
  case new(folder: FileStatus.Identity, name: Substring)
}

private func place(_ path: String) -> Place? {
  if FileStatus(path) != nil { return regularFile(RawPath(path)).map(Place.file) }
  guard let folder = FileStatus(path.containingFolder)?.identity else { return nil }
  return .new(folder: folder, name: path[(path.lastIndex(of: "/").map(path.index(after:)) ?? path.startIndex)...])
}

/// Two outputs may well be one terminal or one pipe: only regular files are told apart.
private func regularFile(_ path: RawPath) -> FileStatus.Identity? {
  FileStatus(path).flatMap { $0.isRegularFile ? $0.identity : nil }
}

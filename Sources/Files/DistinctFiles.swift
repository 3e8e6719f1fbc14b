import Common

/// Refuses to write to a file that is read, or to write two things to one file.
///
/// - Parameters:
///   - paths: further inputs, which need not be text.
/// - Throws: `same-file`.
package func checkDistinct(
  outputs: [String], inputs: [String], paths: [RawPath] = []
) throws(SluiceError) {
  var known = Set((inputs.map { RawPath($0) } + paths).compactMap(identity))
  for path in outputs {
    // A file that does not exist yet is known by its path alone.
    let isRepeated = outputs.count { $0 == path } > 1 && path != "/dev/null"
    guard !isRepeated, identity(RawPath(path)).map({ known.insert($0).inserted }) ?? true else {
      throw SluiceError(
        .sameFile, "\(path) is used for two things at once", remedy: "name a file of its own for each output")
    }
  }
}

/// Two outputs may well be one terminal or one pipe: only regular files are told apart.
private func identity(_ path: RawPath) -> FileStatus.Identity? {
  FileStatus(path).flatMap { $0.isRegularFile ? $0.identity : nil }
}

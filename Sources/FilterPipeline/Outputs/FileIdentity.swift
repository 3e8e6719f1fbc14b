import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// Which file a path leads to, whatever the path looks like.
package struct FileIdentity: Hashable {
  private let device: UInt
  private let number: UInt

  /// The regular file at `path`; `nil` for anything else, and where there is none.
  package init?(_ path: String) {
    var status = stat()
    guard unsafe stat(path, &status) == 0, status.st_mode & S_IFMT == S_IFREG else { return nil }
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }
}

extension SluiceError.Code {
  package static let sameFile = SluiceError.Code("same-file")
}

/// Refuses to write to a file that is read, or to write two things to one file.
///
/// - Throws: `same-file`.
package func checkDistinct(outputs: [String], inputs: [String]) throws(SluiceError) {
  var known = Set(inputs.compactMap(FileIdentity.init))
  for path in outputs {
    // A file that does not exist yet is known by its path alone.
    let isRepeated = outputs.count { $0 == path } > 1 && path != "/dev/null"
    guard !isRepeated, FileIdentity(path).map({ known.insert($0).inserted }) ?? true else {
      throw SluiceError(
        .sameFile, "\(path) is used for two things at once", remedy: "name a file of its own for each output")
    }
  }
}

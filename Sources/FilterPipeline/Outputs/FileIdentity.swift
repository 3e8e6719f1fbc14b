import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// Which file a path leads to, whatever the path looks like.
package struct FileIdentity: Hashable {
  private let device: UInt
  private let number: UInt

  /// The regular file at `path`; `nil` for anything else, and where there is none.
  package init?(_ path: InputPath) {
    var status = stat()
    guard unsafe path.withCString({ unsafe stat($0, &status) }) == 0, status.st_mode & S_IFMT == S_IFREG else {
      return nil
    }
    device = UInt(status.st_dev)
    number = UInt(status.st_ino)
  }

  /// The regular file at a path that is text.
  package init?(_ path: String) { self.init(InputPath(path)) }
}

extension SluiceError.Code {
  package static let sameFile = SluiceError.Code("same-file")
}

/// Refuses to write to a file that is read, or to write two things to one file.
///
/// - Parameters:
///   - paths: further inputs, which need not be text.
/// - Throws: `same-file`.
package func checkDistinct(
  outputs: [String], inputs: [String], paths: [InputPath] = []
) throws(SluiceError) {
  var known = Set((inputs.map { InputPath($0) } + paths).compactMap { FileIdentity($0) })
  for path in outputs {
    // A file that does not exist yet is known by its path alone.
    let isRepeated = outputs.count { $0 == path } > 1 && path != "/dev/null"
    guard !isRepeated, FileIdentity(path).map({ known.insert($0).inserted }) ?? true else {
      throw SluiceError(
        .sameFile, "\(path) is used for two things at once", remedy: "name a file of its own for each output")
    }
  }
}

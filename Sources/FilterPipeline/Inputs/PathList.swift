import Common
import Files

/// Paths in order: given one by one, or read from a list as they are needed, so that a list may be endless.
package final class PathList {
  /// Those that were given and stand for themselves, the next one last.
  private var given: [RawPath]
  /// Those that were given and stand for what is in them, where they are folders.
  private var walk: FolderWalk
  private let list: StreamBuffer?
  private let separator: UInt8
  let readsStandardInput: Bool

  private static let maxPathLength = 1 << 16
  /// What an attack leaves beside its pictures is no picture.
  private static let attackRecord = RawPath("attack.json")

  /// The given paths.
  ///
  /// - Parameters:
  ///   - opensFolders: whether a folder stands for the files in it and in its folders, in the order of their names;
  ///     hidden ones and records of attacks are passed over. Links to folders are followed.
  package init(_ paths: [RawPath], opensFolders: Bool = false) {
    given = opensFolders ? [] : paths.reversed()
    walk = FolderWalk(opensFolders ? paths : [], passingOver: PathList.attackRecord)
    list = nil
    readsStandardInput = false
    separator = 0x0A
  }

  /// The given paths, all of them text.
  package convenience init(_ paths: [String], opensFolders: Bool = false) {
    self.init(paths.map { RawPath($0) }, opensFolders: opensFolders)
  }

  /// The paths in a file, separated by line breaks or, as `find -print0` writes them, by zero bytes.
  ///
  /// - Throws: `unreadable-file`.
  package init(
    listedIn path: String, separatedByZero: Bool, interruption: Interruption? = nil
  ) throws(SluiceError) {
    given = []
    walk = FolderWalk([])
    readsStandardInput = path == "-"
    list = StreamBuffer(
      path == "-" ? .standardInput(interruption: interruption) : try FileReader(path, interruption: interruption))
    separator = separatedByZero ? 0x00 : 0x0A
  }

  /// The next path; empty lines are passed over.
  func next() throws(SluiceError) -> FolderWalk.File? {
    if let path = given.popLast() { return FolderWalk.File(path: path, isInFolder: false) }
    if let file = try walk.next() { return file }
    while let path = try nextListed() {
      if !path.isEmpty { return FolderWalk.File(path: path, isInFolder: false) }
    }
    return nil
  }

  /// Refuses a list that names one of these files, and comes to its end by that.
  ///
  /// - Throws: `same-file`; `unreadable-file`.
  /// - Complexity: O(paths).
  package func checkNamesNone(of files: Set<FileStatus.Identity>) throws(SluiceError) {
    while let path = try next()?.path {
      if let identity = FileStatus(path)?.identity, files.contains(identity) { throw .usedTwice(path) }
    }
  }

  private func nextListed() throws(SluiceError) -> RawPath? {
    var length = 0
    while try list?.ensure(length + 1) == true {
      if let list, list[length] == separator {
        let path = RawPath(bytes: list.take(length))
        list.consume(1)
        return path
      }
      length += 1
      guard length <= Self.maxPathLength else {
        throw SluiceError(
          .unreadableFile, "the list of paths has a line longer than \(Self.maxPathLength) bytes",
          remedy: "separate the paths by line breaks, or by zero bytes with --null")
      }
    }
    let rest = list?.take(length) ?? []
    return rest.isEmpty ? nil : RawPath(bytes: rest)
  }
}

import Common

/// The files at some paths and in the folders among these, one after another, folder by folder in the order of their names.
///
/// Links to folders are followed: whoever links a folder into another one wants what is in it, and images that are passed over
/// in silence make every figure about the others a wrong one. A link that leads back to a folder on the way to it would have no
/// end and is refused.
package struct FolderWalk: Sendable {
  /// What is no folder, whether anything is there or not.
  package struct File: Sendable, Hashable {
    package let path: RawPath
    /// Whether it was found in a folder, and not named itself.
    package let isInFolder: Bool

    package init(path: RawPath, isInFolder: Bool) {
      self.path = path
      self.isInFolder = isInFolder
    }

    /// Whether it is a pipe, a device or a socket that nobody has named: opening it may wait for ever.
    package var isUnnamedSpecial: Bool {
      isInFolder && FileStatus(path).map { !$0.isRegularFile && !$0.isFolder } ?? false
    }
  }

  private struct Step {
    let path: RawPath
    /// How many folders were opened on the way to it.
    let depth: Int
  }

  /// The next one last: what a folder holds is put on top, and nothing below it moves.
  private var ahead: [Step]
  /// The folders on the way to the last one that was opened, with itself.
  private var way: [FileStatus.Identity] = []
  private let passedOver: RawPath?

  /// - Parameters:
  ///   - paths: files and folders.
  ///   - passedOver: the name of what is no file to those who walk. Hidden ones never are.
  package init(_ paths: [RawPath], passingOver passedOver: RawPath? = nil) {
    ahead = paths.reversed().map { Step(path: $0, depth: 0) }
    self.passedOver = passedOver
  }

  /// The next file; `nil` at the end.
  ///
  /// - Throws: `unreadable-file` for a folder that may not be read, and for one that leads back to where it lies.
  /// - Complexity: as `folderContents` for each folder; memory for the names in the folders on the way.
  package mutating func next() throws(SluiceError) -> File? {
    while let step = ahead.popLast() {
      guard let names = try folderContents(step.path) else {
        return File(path: step.path, isInFolder: step.depth > 0)
      }
      try enter(step)
      for name in names.reversed() where name != passedOver {
        ahead.append(Step(path: step.path.appending(name), depth: step.depth + 1))
      }
    }
    return nil
  }

  private mutating func enter(_ folder: Step) throws(SluiceError) {
    way.removeLast(way.count - folder.depth)
    let identity = try FileStatus(of: folder.path).identity
    guard !way.contains(identity) else {
      throw SluiceError(
        .unreadableFile, "\(folder.path) leads back to a folder that it lies in",
        remedy: "remove this link, or name the folders that are meant one by one")
    }
    way.append(identity)
  }
}

import Common
import Files
import FilterPipeline

/// Files that a command is about to write, all in the folder of the first.
struct WrittenFiles {
  let paths: [String]
  /// The option that names the first.
  let option: String
  /// The options that name them all.
  let options: String

  /// - Throws: `unwritable-output` where there is no such folder, or where a file exists that nobody said may be replaced.
  func refuseToReplace(force: Bool) throws(SluiceError) {
    if let folder = paths.first?.containingFolder, FileStatus(folder)?.isFolder != true {
      throw SluiceError(
        .unwritableOutput, "there is no folder \(folder)", remedy: "make it, or name another one with \(option)")
    }
    guard !force, let existing = paths.first(where: { FileStatus($0) != nil }) else { return }
    throw SluiceError(
      .unwritableOutput, "\(existing) exists",
      remedy: "say --force to replace it, or name another file with \(options)")
  }
}

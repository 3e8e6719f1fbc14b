import Attacks
import Common
import Files
import FilterPipeline

/// The paths of the pictures that an attack is to attack.
struct AttackInputs {
  private let paths: [RawPath]

  /// - Throws: `unreadable-file` for a path that cannot be opened: whoever names one file would take an attack on nothing for
  ///   one that was carried out. `invalid-attack` for what can be read only once, where the attack reads it twice.
  init(_ texts: [String], for kind: AttackKind) throws(SluiceError) {
    paths = ArgumentBytes.paths(texts)
    for path in paths {
      let isStandardInput = RunInputs.isStandardInput(path)
      let status = isStandardInput ? nil : FileStatus(path)
      let isFile = status?.isRegularFile == true
      // A pipe that is opened to try it has lost its writer.
      if isFile || (status == nil && !isStandardInput) { _ = try FileReader(path) }
      guard !kind.beginsAtOthers || isFile || status?.isFolder == true else { throw Self.readOnce(path, kind) }
    }
  }

  /// The pictures from the first on.
  func inputs(limit: Int, interruption: Interruption) -> RunInputs {
    RunInputs(PathList(paths, opensFolders: true), limit: limit, interruption: interruption)
  }

  private static func readOnce(_ path: RawPath, _ kind: AttackKind) -> SluiceError {
    SluiceError(
      .invalidAttack, "\(kind.name) reads the pictures twice, and \(path) can be read only once",
      remedy: "save them, and name the files or their folder")
  }
}

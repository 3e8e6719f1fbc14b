import Common
import Files

/// The folder of an attack: its pictures, and beside them `attack.json`, which says how they were made.
package struct AttackFolder: Sendable {
  package let path: String

  package init(_ path: String) {
    self.path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
  }

  package var record: String { path + "/attack.json" }
  package var journal: String { path + "/.attack.partial" }

  package func picture(_ name: String, _ form: SavedForm) -> String { "\(path)/\(name).\(form.ending)" }

  /// Makes the folder, or checks that the one that is there holds nothing but an interrupted attack.
  ///
  /// - Throws: `unwritable-output`, also for a folder that holds something else.
  package func prepare() throws(SluiceError) {
    try Self.make(path)
    guard FileStatus(journal) == nil, let names = try folderContents(path), !names.isEmpty else { return }
    throw SluiceError(
      .unwritableOutput,
      FileStatus(record) == nil ? "\(path) is not empty" : "\(path) holds a finished attack",
      remedy: "name a new folder with -o")
  }

  private static func make(_ path: String) throws(SluiceError) {
    let above = path.containingFolder
    if above != path, FileStatus(above) == nil { try make(above) }
    try makeFolder(path)
  }
}

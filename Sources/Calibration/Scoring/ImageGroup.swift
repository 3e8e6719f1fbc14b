import Common
import Files
import FilterPipeline

/// Images that belong together: the clean ones, or those of one attack.
package struct ImageGroup: Sendable {
  /// The attack's name; `nil` for clean images.
  package var attack: String?
  /// Files, folders and archives.
  package var paths: [RawPath]
  /// The names of the pictures that the attack was tried on, where its record tells.
  package var tried: Set<String>?
  /// The folders whose images these are, and whether each has a record.
  private var folders: [Folder] = []

  private struct Folder {
    /// As the images in it begin.
    let beginning: String
    let hasRecord: Bool
  }

  package init(attack: String?, paths: [RawPath]) {
    self.attack = attack
    self.paths = paths
  }

  /// The attacks in the given folders: a folder of folders has one in each of them, and its own images are one.
  ///
  /// - Throws: `unreadable-file` for what is no folder; `empty-input` for an empty one; `invalid-json` for a damaged record.
  package static func attacks(in folders: [String]) throws(SluiceError) -> [ImageGroup] {
    var groups: [ImageGroup] = []
    for folder in folders {
      guard let names = try folderContents(folder) else {
        throw SluiceError(.unreadableFile, "\(folder) is not a folder", remedy: "name a folder of adversarial images")
      }
      guard !names.isEmpty else {
        throw SluiceError(
          .emptyInput, "the folder \(folder) is empty",
          remedy: "name a folder of adversarial images, or of folders of them")
      }
      groups += try attacks(in: RawPath(folder), names, called: name(of: folder))
    }
    return merged(groups)
  }

  /// The attacks in a folder: its folders, and the images beside them, which are an attack as well.
  private static func attacks(
    in folder: RawPath, _ names: [RawPath], called name: String
  ) throws(SluiceError) -> [ImageGroup] {
    var groups: [ImageGroup] = []
    var loose: [RawPath] = []
    for name in names {
      let path = folder.appending(name)
      if try folderContents(path) == nil {
        loose.append(path)
      } else {
        groups.append(try ImageGroup(attack: name.description, folder: path))
      }
    }
    loose.removeAll { $0.description.hasSuffix("/\(AttackRecordFile.name)") }
    guard groups.isEmpty || !loose.isEmpty else { return groups }
    var group = try ImageGroup(attack: name, folder: folder)
    if !groups.isEmpty { group.paths = loose }
    return groups + [group]
  }

  private init(attack: String, folder: RawPath) throws(SluiceError) {
    self.init(attack: attack, paths: [folder])
    tried = try AttackRecordFile.triedNames(in: folder)
    folders = [Folder(beginning: folder.description + "/", hasRecord: tried != nil)]
  }

  /// What a picture is called, by which it is found again under other attacks: its path in the folder of the attack, without its
  /// ending. Where classes have folders of their own, the names of files are often the same in each. A record calls pictures by
  /// the names of their files.
  ///
  /// - Complexity: O(folders of this name).
  package func name(ofPictureAt path: String) -> String {
    let holding = folders.filter { path.hasPrefix($0.beginning) }.max { $0.beginning.count < $1.beginning.count }
    guard let holding, !holding.hasRecord else { return pictureName(ofPath: path) }
    let inside = path.dropFirst(holding.beginning.count)
    let file = inside.lastIndex(of: "/").map(inside.index(after:)) ?? inside.startIndex
    guard let dot = inside[file...].lastIndex(of: "."), dot != file else { return String(inside) }
    return String(inside[..<dot])
  }

  /// Folders of the same name are one attack.
  private static func merged(_ groups: [ImageGroup]) -> [ImageGroup] {
    var merged: [ImageGroup] = []
    for group in groups {
      if let index = merged.firstIndex(where: { $0.attack == group.attack }) {
        merged[index].paths += group.paths
        merged[index].folders += group.folders
        if let tried = group.tried { merged[index].tried = (merged[index].tried ?? []).union(tried) }
      } else {
        merged.append(group)
      }
    }
    return merged
  }

  private static func name(of folder: String) -> String {
    folder.split(separator: "/").last.map(String.init) ?? folder
  }
}

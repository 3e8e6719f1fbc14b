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
      guard !names.isEmpty else { throw SluiceError(.emptyInput, "the folder \(folder) is empty") }
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
        var group = ImageGroup(attack: name.description, paths: [path])
        group.tried = try AttackRecordFile.triedNames(in: path)
        groups.append(group)
      }
    }
    loose.removeAll { $0.description.hasSuffix("/\(AttackRecordFile.name)") }
    guard groups.isEmpty || !loose.isEmpty else { return groups }
    var group = ImageGroup(attack: name, paths: groups.isEmpty ? [folder] : loose)
    group.tried = try AttackRecordFile.triedNames(in: folder)
    return groups + [group]
  }

  /// Folders of the same name are one attack.
  private static func merged(_ groups: [ImageGroup]) -> [ImageGroup] {
    var merged: [ImageGroup] = []
    for group in groups {
      if let index = merged.firstIndex(where: { $0.attack == group.attack }) {
        merged[index].paths += group.paths
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

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

  /// The attacks in the given folders: a folder of folders has one in each of them, and any other folder is one.
  ///
  /// - Throws: `unreadable-file` for what is no folder; `empty-input` for an empty one; `invalid-json` for a damaged record.
  package static func attacks(in folders: [String]) throws(SluiceError) -> [ImageGroup] {
    var groups: [ImageGroup] = []
    for folder in folders {
      guard let names = try folderContents(folder) else {
        throw SluiceError(.unreadableFile, "\(folder) is not a folder", remedy: "name a folder of adversarial images")
      }
      guard !names.isEmpty else { throw SluiceError(.emptyInput, "the folder \(folder) is empty") }
      var inner: [ImageGroup] = []
      for name in names {
        let path = RawPath(folder).appending(name)
        if try folderContents(path) != nil { inner.append(ImageGroup(attack: name.description, paths: [path])) }
      }
      groups += inner.isEmpty ? [ImageGroup(attack: name(of: folder), paths: [RawPath(folder)])] : inner
    }
    for index in groups.indices {
      for path in groups[index].paths { groups[index].tried = try AttackRecordFile.triedNames(in: path) }
    }
    return merged(groups)
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

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
    /// Which folder it is, however its path is written.
    let identity: FileStatus.Identity?

    /// The names on its path; that of the root is empty.
    var path: [Substring] {
      let root: [Substring] = beginning.hasPrefix("/") ? [""] : []
      return root + beginning.split(separator: "/")
    }
  }

  package init(attack: String?, paths: [RawPath]) {
    self.attack = attack
    self.paths = paths
  }

  /// The attacks in the given folders: a folder of folders has one in each of them, and its own images are one.
  ///
  /// - Parameters:
  ///   - tellingApart: whether different folders of one name are attacks of their own. For learning they are one: who leaves an
  ///     attack out leaves out all that is called so. For judging, what passes in one must not vanish among those of another.
  /// - Throws: `unreadable-file` for what is no folder; `empty-input` for an empty one; `invalid-json` for a damaged record.
  package static func attacks(
    in folders: [String], tellingApart: Bool = false
  ) throws(SluiceError) -> [ImageGroup] {
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
    return tellingApart ? toldApart(groups) : merged(groups) { _, _ in true }
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
    folders = [
      Folder(
        beginning: folder.description + "/", hasRecord: tried != nil, identity: FileStatus(folder)?.identity)
    ]
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

  /// Each folder is an attack, also where it was named twice. Those of the same name are called by the shortest end of their paths
  /// that no other of them has.
  private static func toldApart(_ groups: [ImageGroup]) -> [ImageGroup] {
    let distinct = merged(groups) { $0.folders.first?.identity == $1.folders.first?.identity }
    return distinct.indices.map { index in
      var group = distinct[index]
      let rivals = distinct.indices.filter { $0 != index && distinct[$0].attack == group.attack }
      guard !rivals.isEmpty, let path = group.folders.first?.path else { return group }
      let others = rivals.compactMap { distinct[$0].folders.first?.path }
      let length = path.indices.first { last in
        others.allSatisfy { $0.suffix(last + 1) != path.suffix(last + 1) }
      }
      group.attack = path.suffix((length ?? path.count) + 1).joined(separator: "/")
      return group
    }
  }

  /// Groups of the same name are one attack, where the condition holds.
  private static func merged(
    _ groups: [ImageGroup], where areOne: (ImageGroup, ImageGroup) -> Bool
  ) -> [ImageGroup] {
    var merged: [ImageGroup] = []
    for group in groups {
      if let index = merged.firstIndex(where: { $0.attack == group.attack && areOne($0, group) }) {
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

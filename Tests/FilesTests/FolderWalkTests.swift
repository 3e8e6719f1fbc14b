import Common
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FolderWalkTests {
  private let folder: TemporaryFolder

  init() throws {
    folder = try TemporaryFolder()
    for path in ["in", "in/b", "in/b/c", "out", "out/d"] { try makeFolder("\(folder.path)/\(path)") }
    for path in ["in/a", "in/b/1", "in/b/c/2", "in/z", "in/.hidden", "out/3", "out/d/4"] { try folder.file(path, "") }
  }

  private func link(_ name: String, to target: String) throws {
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/\(name)", withDestinationPath: target)
  }

  /// What is found, by its path in the folder of the test.
  private func found(_ paths: [String], passingOver name: String? = nil) throws -> [String] {
    var walk = FolderWalk(paths.map { RawPath("\(folder.path)/\($0)") }, passingOver: name.map { RawPath($0) })
    var found: [String] = []
    while let file = try walk.next() { found.append(String(file.path.description.dropFirst(folder.path.count + 1))) }
    return found
  }

  @Test("files come folder by folder, by their names; what is not there comes as well")
  func order() throws {
    #expect(try found(["out", "in", "none"]) == ["out/3", "out/d/4", "in/a", "in/b/1", "in/b/c/2", "in/z", "none"])
    #expect(try found(["in"], passingOver: "1") == ["in/a", "in/b/c/2", "in/z"])
  }

  @Test("a pipe in a folder is known as one that nobody has named")
  func pipes() throws {
    #expect(mkfifo("\(folder.path)/out/d/pipe", 0o600) == 0)
    var walk = FolderWalk(["out", "out/d/pipe"].map { RawPath("\(folder.path)/\($0)") })
    var special: [Bool] = []
    while let file = try walk.next() { special.append(file.isUnnamedSpecial) }
    #expect(special == [false, false, true, false])
  }

  @Test("links to folders are followed, also where two lead to one folder")
  func links() throws {
    try link("in/b/l", to: "../../out")
    try link("in/m", to: "../out/d")
    try link("in/n", to: "../out/3")
    #expect(
      try found(["in"]) == [
        "in/a", "in/b/1", "in/b/c/2", "in/b/l/3", "in/b/l/d/4", "in/m/4", "in/n", "in/z",
      ])
  }

  @Test(
    "a link that leads back to a folder on the way is refused by its name",
    arguments: [".", "..", "../../../in", "../c"])
  func circles(target: String) throws {
    try link("in/b/c/loop", to: target)
    let error = #expect(throws: SluiceError.self) { try found(["in"]) }
    #expect(error?.code == .unreadableFile && error?.message.contains("/in/b/c/loop leads back") == true)
    #expect(error?.remedy != nil)
  }

  @Test("two links that lead into one another are refused")
  func mutualLinks() throws {
    try link("in/b/c/over", to: "../../../out")
    try link("out/d/back", to: "../../in/b/c")
    let error = #expect(throws: SluiceError.self) { try found(["in"]) }
    #expect(error?.message.contains("over/d/back leads back") == true)
  }
}

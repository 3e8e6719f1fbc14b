import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileVersionsTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func noted(_ names: String...) -> FileVersions {
    var versions = FileVersions()
    for name in names { versions.note("\(folder.path)/\(name)") }
    return versions
  }

  @Test func whatStaysAsItWasHasNotChanged() throws {
    try folder.file("a", "abc")
    let versions = noted("a", "none")
    #expect(!versions.haveChanged && versions.paths == ["\(folder.path)/a", "\(folder.path)/none"])
    #expect(!FileVersions().haveChanged)
  }

  @Test func changedReplacedRemovedAndNewFilesAreSeen() throws {
    let path = try folder.file("a", "abc")
    var versions = noted("a")
    try folder.file("a", "abcd")
    #expect(versions.haveChanged)
    versions = noted("a")
    try replaceFile(path, with: Array("abcd".utf8))
    #expect(versions.haveChanged)
    versions = noted("a")
    try FileManager.default.removeItem(atPath: path)
    #expect(versions.haveChanged)
    versions = noted("a")
    try folder.file("a", "")
    #expect(versions.haveChanged)
  }

  @Test func theFirstNoteHolds() throws {
    try folder.file("a", "abc")
    var versions = noted("a")
    try folder.file("a", "abcd")
    versions.note("\(folder.path)/a")
    #expect(versions.haveChanged, "what was read of it may be older")
    versions.merge(noted("a", "b"))
    #expect(versions.haveChanged && versions.paths.count == 2)
    var later = noted("a")
    later.merge(versions)
    #expect(!later.haveChanged)
  }
}

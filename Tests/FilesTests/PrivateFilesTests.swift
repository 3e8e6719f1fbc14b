import Common
import Files
import Foundation
import TestSupport
import Testing

@Suite struct PrivateFilesTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func makesAllFoldersOfAPathForTheirOwner() throws {
    let path = "\(folder.path)/a/b/c"
    try PrivateFiles.makeFolder(path)
    try PrivateFiles.makeFolder(path)
    #expect(FileStatus(path)?.isFolder == true)
    #expect(FileStatus("\(folder.path)/a")?.permissions.rawValue == 0o700)
  }

  @Test func refusesAFolderThatOthersMayWriteTo() throws {
    try PrivateFiles.makeFolder("\(folder.path)/a")
    #expect(chmod("\(folder.path)/a", 0o777) == 0)
    let error = #expect(throws: SluiceError.self) { try PrivateFiles.makeFolder("\(folder.path)/a") }
    #expect(error?.remedy?.contains("chmod go-w") == true)
  }

  @Test func aFileIsNoFolder() throws {
    let path = try folder.file("a", "")
    #expect(throws: SluiceError.self) { try PrivateFiles.makeFolder(path) }
    #expect(throws: SluiceError.self) { try PrivateFiles.makeFolder("\(path)/b") }
  }

  @Test func allWhoMakeAFileAtTheSameTimeGetTheSameOne() async throws {
    let path = "\(folder.path)/secret"
    let contents = try await withThrowingTaskGroup(of: [UInt8].self) { group in
      for writer in 0..<32 {
        group.addTask {
          try PrivateFiles.contents(of: path, atMost: 100) { [UInt8](repeating: UInt8(writer), count: 16) }
        }
      }
      return try await group.reduce(into: Set<[UInt8]>()) { $0.insert($1) }
    }
    #expect(contents.count == 1 && contents.first?.count == 16)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["secret"])
    #expect(FileStatus(path)?.permissions.rawValue == 0o600)
  }

  @Test func aFileThatIsNotThereHasNoContents() throws {
    let found = try PrivateFiles.contents(of: "\(folder.path)/none", atMost: 10)
    #expect(found == nil)
  }

  @Test func aProbeLeavesNothing() throws {
    try PrivateFiles.probe(folder.path, bytes: 10_000)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    #expect(throws: SluiceError.self) { try PrivateFiles.probe("\(folder.path)/none", bytes: 1) }
  }
}

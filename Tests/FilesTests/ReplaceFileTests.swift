import Common
import Files
import Foundation
import SystemPackage
import TestSupport
import Testing

@Suite struct ReplaceFileTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  private func names() throws -> [String] { try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() }

  @Test func givesAFileItsContentsAndLeavesNothingElse() throws {
    let path = "\(folder.path)/a"
    try replaceFile(path, with: Array("old".utf8))
    try replaceFile(path, with: Array("new".utf8))
    #expect(try readFile(path, atMost: 10) == Array("new".utf8))
    #expect(try names() == ["a"])
  }

  @Test func keepsThePermissionsOfTheOneThatIsThere() throws {
    let path = try folder.file("a", "old")
    #expect(chmod(path, 0o664) == 0)
    try replaceFile(path, with: [1])
    #expect(FileStatus(path)?.permissions == FilePermissions(rawValue: 0o664))
  }

  @Test func aNewFileIsForItsOwnerAloneWhereAskedFor() throws {
    try replaceFile("\(folder.path)/a", with: [1], permissions: .forOwnerAlone)
    #expect(FileStatus("\(folder.path)/a")?.permissions == .ownerReadWrite)
  }

  @Test func aLinkStillLeadsToTheFile() throws {
    let path = try folder.file("a", "old")
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/link", withDestinationPath: "a")
    try replaceFile("\(folder.path)/link", with: [1, 2])
    #expect(try readFile(path, atMost: 10) == [1, 2])
    #expect(try FileManager.default.destinationOfSymbolicLink(atPath: "\(folder.path)/link") == "a")
  }

  @Test func whatIsNoRegularFileIsWrittenTo() throws {
    try replaceFile("/dev/null", with: [1])
    #expect(FileStatus("/dev/null")?.isRegularFile == false)
  }

  @Test func aFailureLeavesTheOldFileAndNothingElse() throws {
    let path = try folder.file("a", "old")
    let error = #expect(throws: SluiceError.self) { try replaceFile("\(path)/b", with: [1]) }
    #expect(error?.code == .unwritableOutput)
    #expect(throws: SluiceError.self) { try replaceFile("\(folder.path)/none/b", with: [1]) }
    #expect(throws: SluiceError.self) { try replaceFile(folder.path, with: [1]) }
    #expect(try names() == ["a"])
  }

  @Test(.enabled(if: SmallDisk.isPossible, "needs the right to mount a file system"))
  func aFullDiskLeavesTheOldFileAndNothingElse() throws {
    let disk = try SmallDisk()
    let path = "\(disk.path)/a"
    try replaceFile(path, with: Array("old".utf8))
    let error = #expect(throws: SluiceError.self) {
      try replaceFile(path, with: [UInt8](repeating: 1, count: 8_000_000))
    }
    #expect(error?.message.contains("No space left") == true)
    #expect(try readFile(path, atMost: 10) == Array("old".utf8))
    #expect(try FileManager.default.contentsOfDirectory(atPath: disk.path) == ["a"])
  }

  @Test func readersNeverSeeAPart() async throws {
    let path = "\(folder.path)/a"
    let size = 200_000
    try replaceFile(path, with: [UInt8](repeating: 0, count: size))
    await withThrowingTaskGroup(of: Void.self) { group in
      for writer in 1...4 {
        group.addTask {
          for _ in 0..<20 { try replaceFile(path, with: [UInt8](repeating: UInt8(writer), count: size)) }
        }
      }
      group.addTask {
        for _ in 0..<100 {
          let bytes = try readFile(path, atMost: size)
          #expect(bytes.count == size && Set(bytes).count == 1)
        }
      }
    }
    #expect(try names() == ["a"])
  }
}

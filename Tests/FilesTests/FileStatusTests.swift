import Common
import Files
import Foundation
import TestSupport
import Testing

@Suite struct FileStatusTests {
  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  @Test func tellsFilesApartByWhatTheyAre() throws {
    let path = try folder.file("a", "abc")
    #expect(link(path, "\(folder.path)/same") == 0)
    let status = try #require(FileStatus(path))
    #expect(status.isRegularFile && !status.isFolder && status.byteCount == 3)
    #expect(FileStatus("\(folder.path)/same")?.identity == status.identity)
    #expect(FileStatus(folder.path)?.isFolder == true)
    #expect(FileStatus("\(folder.path)/none") == nil)
  }

  @Test func whatIsNotThereIsSaidToBeSo() throws {
    #expect(try FileStatus(of: RawPath(folder.path)).isFolder)
    let error = #expect(throws: SluiceError.self) { try FileStatus(of: RawPath("\(folder.path)/none")) }
    #expect(error?.code == .unreadableFile && error?.message == "\(folder.path)/none: No such file or directory")
  }

  @Test("what is not there is told from what may not be looked at")
  func missing() throws {
    let path = try folder.file("a", "abc")
    #expect(FileStatus.isMissing("\(folder.path)/none") && FileStatus.isMissing("\(path)/below"))
    #expect(!FileStatus.isMissing(path) && !FileStatus.isMissing(folder.path))
    // A name that no file can have.
    #expect(!FileStatus.isMissing("\(folder.path)/" + String(repeating: "n", count: 300)))
  }

  @Test("what may not be read is told from what is not there")
  func forbidden() throws {
    let path = try folder.file("a", "abc")
    #expect(!FileStatus.isForbidden(path) && !FileStatus.isForbidden("\(folder.path)/none"))
    #expect(chmod(path, 0) == 0)
    #expect(FileStatus.isForbidden(path) == (getuid() != 0))
  }

  @Test func aFileThatWasReplacedIsAnotherVersion() throws {
    let path = try folder.file("a", "abc")
    let version = FileStatus(path)?.version
    #expect(FileStatus(path)?.version == version)
    try replaceFile(path, with: Array("abc".utf8))
    #expect(FileStatus(path)?.version != version)
  }

  @Test func aChangedFileIsInAnotherStateAlsoWithItsOldTime() throws {
    let path = try folder.file("a", "abc")
    let status = try #require(FileStatus(path))
    #expect(FileStatus(path)?.state == status.state)
    func dated() throws -> FileStatus {
      // The clock of a file system has steps of milliseconds.
      Thread.sleep(forTimeInterval: 0.05)
      let time = Date(timeIntervalSince1970: 1)
      try FileManager.default.setAttributes([.modificationDate: time], ofItemAtPath: path)
      return try #require(FileStatus(path))
    }
    let (first, second) = (try dated(), try dated())
    #expect(first.version == second.version && first.state != second.state)
  }

  @Test(
    arguments: [("a", "."), ("/", "/"), ("/a", "/"), ("a/b", "a"), ("/a/b", "/a"), ("a/", "a"), ("../x/y", "../x")])
  func containingFolders(path: String, folder: String) { #expect(path.containingFolder == folder) }

  @Test(arguments: [("a", ".", "a"), ("a", "b", "b/a"), ("/a", "b", "/a"), ("a", "/", "/a"), ("../a", "b", "b/../a")])
  func pathsInFolders(path: String, folder: String, whole: String) {
    #expect(path.path(inFolder: folder) == whole)
  }

  @Test func oneFileIsNotUsedForTwoThings() throws {
    let path = try folder.file("a", "")
    #expect(link(path, "\(folder.path)/same") == 0)
    #expect(throws: SluiceError.self) { try checkDistinct(outputs: ["\(folder.path)/same"], inputs: [path]) }
    #expect(throws: SluiceError.self) { try checkDistinct(outputs: ["x", "x"], inputs: []) }
    #expect(throws: SluiceError.self) {
      try checkDistinct(outputs: ["\(folder.path)/new", "\(folder.path)/./new"], inputs: [])
    }
    try checkDistinct(outputs: ["\(folder.path)/new", "new", "/nonexistent/new"], inputs: [])
    try checkDistinct(outputs: ["/dev/null", "/dev/null", "\(folder.path)/b"], inputs: [path])
  }

  @Test func oneFileIsKnownHoweverItsPathIsWritten() throws {
    let path = try folder.file("a", "")
    try folder.file("b", "")
    #expect(link(path, "\(folder.path)/same") == 0)
    for other in ["a", "./a", "same", ".././\(folder.path.split(separator: "/").last ?? "")/a"] {
      #expect(isSameFile(path, "\(folder.path)/\(other)") && isSameFile("\(folder.path)/\(other)", path))
    }
    #expect(!isSameFile(path, "\(folder.path)/b") && !isSameFile(path, "\(folder.path)/new"))
    #expect(isSameFile("\(folder.path)/new", "\(folder.path)/./new") && isSameFile("/nowhere/new", "/nowhere/new"))
    #expect(!isSameFile("/nowhere/new", "/nonexistent/new"), "of neither folder is anything known")
  }

  @Test func foldersListNamesOfAnyBytesWithoutHiddenOnes() throws {
    let odd = RawPath(bytes: Array("\(folder.path)/".utf8) + [0xFF, 0x41])
    try folder.file("b", "")
    try folder.file(".hidden", "")
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/loop", withDestinationPath: ".")
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/c", withDestinationPath: "b")
    odd.bytes.withUnsafeBytes { bytes in
      var name = bytes.map { CChar(bitPattern: $0) } + [0]
      close(open(&name, O_CREAT | O_WRONLY, 0o600))
    }
    #expect(
      try folderContents(folder.path) == [RawPath("b"), RawPath("c"), RawPath("loop"), RawPath(bytes: [0xFF, 0x41])])
    #expect(try folderContents("\(folder.path)/b") == nil)
    #expect(try namesInFolder(RawPath(folder.path)).count == 5)
  }
}

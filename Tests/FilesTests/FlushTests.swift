import Files
import Foundation
import Synchronization
import SystemPackage
import TestSupport
import Testing

/// What is flushed, and in which order: a name in a folder must not outlive the power before the contents do.
@Suite struct FlushTests {
  private let folder: TemporaryFolder
  private let folderName: String

  init() throws {
    folder = try TemporaryFolder()
    folderName = folder.path.split(separator: "/").last.map(String.init) ?? ""
  }

  private final class Names: Sendable {
    private let names = Mutex<[String]>([])

    var all: [String] { names.withLock { $0 } }

    /// Notes what the file is called at this moment, without the digits that tell half-written files apart.
    func note(_ descriptor: FileDescriptor) {
      let link = "/proc/self/fd/\(descriptor.rawValue)"
      let path = (try? FileManager.default.destinationOfSymbolicLink(atPath: link)) ?? ""
      var parts = path.split(separator: "/").last.map { $0.split(separator: ".") } ?? []
      if parts.last == "new", parts.count > 2 { parts.remove(at: parts.count - 2) }
      names.withLock { $0.append(parts.joined(separator: ".")) }
    }
  }

  /// The names of the files and folders that some work flushes.
  private func flushed(_ work: () throws -> Void) rethrows -> [String] {
    let names = Names()
    try FlushObserver.$current.withValue(FlushObserver { names.note($0) }, operation: work)
    return names.all
  }

  @Test func aFileIsFlushedBeforeItTakesItsPlaceAndTheFolderThen() throws {
    let path = "\(folder.path)/a"
    for _ in 0..<2 {
      let names = try flushed { try replaceFile(path, with: [1]) }
      #expect(names == ["a.new", folderName])
    }
  }

  @Test func aFileThatIsMadeWhereThereIsNoneIsFlushedLikewise() throws {
    let path = "\(folder.path)/secret"
    let made = try flushed { _ = try PrivateFiles.contents(of: path, atMost: 10) { [1] } }
    #expect(made == ["secret.new", folderName])
    let read = try flushed { _ = try PrivateFiles.contents(of: path, atMost: 10) { [2] } }
    #expect(read.isEmpty)
  }

  @Test func aNewFolderIsFlushedIntoTheOneAboveIt() throws {
    let names = try flushed { try PrivateFiles.makeFolder("\(folder.path)/a/b/c") }
    #expect(names == [folderName, "a", "b"])
  }

  @Test func aProbeIsFlushedSinceSomeDisksSayOnlyThenThatTheyHaveNoRoom() throws {
    let names = try flushed { try PrivateFiles.probe(folder.path, bytes: 10) }
    #expect(names == ["probe.new"])
  }

  @Test func anOutputIsFlushedWhenItIsClosed() throws {
    let path = try folder.file("output", "")
    let names = try flushed {
      let file = try OutputFile.overwriting(path)
      try file.write([1])
      try file.close()
    }
    #expect(names == ["output"])
  }
}

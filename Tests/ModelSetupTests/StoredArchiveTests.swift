import Files
import ModelSetup
import TestSupport
import Testing

/// Members of archives, alone and behind a model, as both readers find them.
struct StoredArchiveTests {
  private static func members(of path: String) throws -> [StoredArchive.Member] {
    guard let file = RandomAccessFile(path) else { throw MissingFile() }
    return StoredArchive.members(of: file)
  }

  private struct MissingFile: Error {}

  @Test func aStoredMemberIsFound() throws {
    let folder = try TemporaryFolder()
    let bytes = NumPyFiles.archive("labels.npy", [7, 8, 9])
    let member = try #require(try Self.members(of: try folder.file("a.npz", bytes)).first)
    #expect(member.name == "labels.npy" && member.count == 3)
    #expect(Array(bytes[member.offset..<member.offset + member.count]) == [7, 8, 9])
  }

  @Test func encryptedMembersAreLeftOut() throws {
    let folder = try TemporaryFolder()
    for (flags, count) in [(0, 1), (1, 0), (9, 0), (8, 1)] as [(UInt16, Int)] {
      let path = try folder.file("\(flags).npz", NumPyFiles.archive("labels.npy", [7, 8, 9], flags: flags))
      #expect(try Self.members(of: path).count == count, "\(flags)")
      let names = try NPZArchive(path).names
      #expect(names.count == count, "\(flags)")
    }
  }

  @Test func compressedMembersAreLeftOut() throws {
    let folder = try TemporaryFolder()
    let path = try folder.file("a.npz", NumPyFiles.archive("labels.npy", [7, 8, 9], method: 8))
    #expect(try Self.members(of: path).isEmpty)
  }

  @Test func noBeginningOfAnArchiveTraps() throws {
    let folder = try TemporaryFolder()
    let bytes = NumPyFiles.archive("labels.npy", [7, 8, 9])
    for count in 0..<bytes.count {
      #expect(try Self.members(of: try folder.file("a.npz", Array(bytes[..<count]))).isEmpty)
    }
  }
}

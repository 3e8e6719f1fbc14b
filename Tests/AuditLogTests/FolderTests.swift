import AuditLog
import Common
import Foundation
import TestSupport
import Testing

/// Whose folders a log is written to, and what is read where nothing can be written.
struct FolderTests {
  private static func obstacle(_ path: String) -> SluiceError? {
    #expect(throws: SluiceError.self) { try AuditFolder(path).make() }
  }

  @Test("a folder that others may write to is refused", arguments: [0o770, 0o702, 0o1777, 0o720])
  func foreignWriters(mode: Int) throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/audit"
    try SluiceCommand.shell("mkdir '\(path)' && chmod \(String(mode, radix: 8)) '\(path)'").check()
    let error = Self.obstacle(path)
    #expect(error?.code == .auditUnavailable, "\(error as Any)")
    #expect(error?.message.contains("users other than its owner") == true, "\(error as Any)")
    #expect(error?.message.contains(path) == true && error?.remedy?.contains("chmod go-w") == true)
    // One in it is its owner's alone; and so is this one, once it was made so.
    try AuditFolder(path + "/own").make()
    try SluiceCommand.shell("chmod go-w '\(path)'").check()
    try AuditFolder(path).make()
  }

  @Test(
    "a folder of somebody else is refused",
    .enabled(if: getuid() == 0, "needs the right to give a folder away"))
  func foreignOwner() throws {
    let folder = try TemporaryFolder()
    let path = folder.path + "/audit"
    try SluiceCommand.shell("mkdir -m 700 '\(path)' && chown 12345 '\(path)'").check()
    let error = Self.obstacle(path)
    #expect(error?.code == .auditUnavailable && error?.message.contains("belongs to user 12345") == true)
    #expect(error?.remedy?.contains("as its owner") == true)
  }

  @Test("a quarantine that others may write to takes no image")
  func foreignQuarantine() throws {
    let log = try TestLog()
    let store = try log.store()
    try SluiceCommand.shell("mkdir '\(log.quarantine)' && chmod 777 '\(log.quarantine)'").check()
    let error = #expect(throws: SluiceError.self) { try store.append([.kept(1)]) }
    #expect(error?.code == .auditUnavailable && error?.message.contains("users other than its owner") == true)
    #expect(try store.heads().isEmpty)
  }

  @Test("a file in the place of the folder is no folder")
  func noFolder() throws {
    let folder = try TemporaryFolder()
    #expect(Self.obstacle(try folder.file("audit", ""))?.code == .auditUnavailable)
  }

  @Test(
    "a log on read-only media is read and verified", .enabled(if: SmallDisk.isPossible, "needs the right to mount"),
    arguments: ["audit", "a%41 ?mode=rw#b"])
  func readOnlyMedia(name: String) throws {
    let disk = try SmallDisk(megabytes: 16)
    let path = "\(disk.path)/\(name)"
    let folder = AuditFolder(path)
    try folder.make()
    let key = try folder.signingKey(for: "one")
    do {
      let store = try AuditStore(SQLiteDatabase(path: folder.databasePath), folder: path)
      for number in 0..<20 { try store.append([.kept(number)]) }
      _ = try store.checkpoint(of: "one", signedBy: key)
    }
    try disk.makeReadOnly()
    let store = try Self.reader(folder)
    let verification = try store.verified(keys: folder.verificationKeys())
    #expect(verification.words == [] && verification.records == 20 && verification.images == 20)
    #expect(verification.writers.map(\.signedThrough) == [20])
    #expect(try store.image(Judged.kept(3).sha256) == Judged.kept(3).bytes)
    #expect((#expect(throws: SluiceError.self) { try store.append([.number(1)]) })?.code == .auditUnavailable)
  }

  @Test(
    "what a program that was killed left beside the database is read on read-only media as well, or refused",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount"), arguments: [true, false])
  func killedWriter(hasIndex: Bool) throws {
    let (disk, live) = (try SmallDisk(), try TestLog())
    let store = try live.store()
    for number in 0..<20 { try store.append([.number(number)]) }
    let files = hasIndex ? ["", "-wal", "-shm"] : ["", "-wal"]
    for suffix in files {
      try SluiceCommand.shell("cp '\(live.file)\(suffix)' '\(disk.path)/audit.sqlite\(suffix)'").check()
    }
    try disk.makeReadOnly()
    let folder = AuditFolder(disk.path)
    if hasIndex {
      #expect(try Self.reader(folder).verified().records == 20)
    } else {
      // Passing over the records in it would be worse than to read none.
      #expect((#expect(throws: SluiceError.self) { try Self.reader(folder) })?.code == .auditUnavailable)
    }
  }

  private static func reader(_ folder: AuditFolder) throws -> AuditStore {
    try AuditStore(
      SQLiteDatabase(path: folder.databasePath, isReadOnly: true), folder: folder.path, isReadOnly: true)
  }
}

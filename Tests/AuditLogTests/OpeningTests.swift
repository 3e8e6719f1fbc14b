import AuditLog
import Common
import Foundation
import TestSupport
import Testing

struct OpeningTests {
  private static func open(_ path: String, isReadOnly: Bool = false) -> SluiceError? {
    #expect(throws: SluiceError.self) {
      let store = try AuditStore(
        SQLiteDatabase(path: path, isReadOnly: isReadOnly), folder: path + ".d", isReadOnly: isReadOnly)
      for writer in try store.heads() { _ = try store.find("\(writer.writer):1") }
      _ = try store.verified()
    }
  }

  @Test("what cannot be opened says why, and what to do", arguments: [false, true])
  func obstacles(isReadOnly: Bool) throws {
    let log = try TestLog()
    let folder = log.folder
    try folder.file("file", "not a database, but long enough to be looked at")
    try folder.file("garbage", (0..<100_000).map { UInt8(truncatingIfNeeded: $0 * 7 + $0 / 256) })
    for (path, words) in [
      ("file/audit.sqlite", "folder exists"), ("none/audit.sqlite", "folder exists"),
      // Of a folder, SQLite says one thing or the other.
      ("", isReadOnly ? "check its disk" : "folder exists"), ("garbage", "whole folder aside"),
      ("file", "whole folder aside"),
    ] {
      let error = Self.open("\(folder.path)/\(path)", isReadOnly: isReadOnly)
      #expect(error?.code == .auditUnavailable && error?.remedy?.contains(words) == true, "\(path): \(error as Any)")
    }
    #expect(try Repository.bytes(folder.path + "/file").count == 47)
  }

  @Test("a file that is cut short or has foreign pages is told from a good one")
  func damagedPages() throws {
    let log = try TestLog()
    do {
      let store = try log.store()
      for block in 0..<5 { try store.append((0..<100).map { Judged.number(block * 100 + $0) }) }
      try log.database().write { _ throws(SluiceError) in }
    }
    try log.tamper("PRAGMA user_version = 1")
    let copy = log.folder.path + "/copy.sqlite"
    try SluiceCommand.shell("cp '\(log.file)' '\(copy)'; cat '\(log.file)-wal' > '\(copy)-wal' 2>/dev/null || true")
      .check()
    #expect(try AuditStore(SQLiteDatabase(path: copy), folder: log.folder.path).verified().holds)
    try? FileManager.default.removeItem(atPath: copy + "-wal")
    let contents = try Repository.bytes(copy)
    try #require(contents.count > 100_000)
    for damaged in [
      Array(contents.prefix(contents.count / 2)),
      contents.prefix(4096 * 2) + [UInt8](repeating: 0x5A, count: contents.count - 4096 * 2),
    ] {
      for suffix in ["-wal", "-shm"] { try? FileManager.default.removeItem(atPath: copy + suffix) }
      try Data(damaged).write(to: URL(filePath: copy))
      let error = Self.open(copy)
      #expect(
        error?.code == .auditUnavailable && error?.remedy?.contains("whole folder aside") == true, "\(error as Any)")
    }
  }

  @Test("tables of another form are left alone", arguments: [99, -1], Backend.installed)
  func schemaVersion(version: Int, backend: Backend) throws {
    let log = try TestLog(backend)
    try log.store().append([.number(1)])
    #expect(try log.store(isReadOnly: true).verified().holds)
    try log.tamper("UPDATE audit_schema SET version = \(version)")
    for isReadOnly in [false, true] {
      let error = #expect(throws: SluiceError.self) { try log.store(isReadOnly: isReadOnly) }
      #expect(error?.code == .auditUnavailable && error?.remedy == "use the program that wrote it")
      #expect(error?.message.contains("form \(version)") == true)
    }
    #expect(try log.rows("SELECT version FROM audit_schema").map { $0.integer(0) } == [version])
  }

  @Test("a log without tables is not read, and not made by reading", arguments: Backend.installed)
  func emptyDatabase(backend: Backend) throws {
    let log = try TestLog(backend)
    if backend == .sqlite { try log.folder.file("audit.sqlite", "") }
    #expect((#expect(throws: SluiceError.self) { try log.store(isReadOnly: true) })?.code == .auditUnavailable)
    try log.store().append([.number(1)])
    let reader = try log.store(isReadOnly: true)
    #expect((#expect(throws: SluiceError.self) { try reader.append([.number(2)]) })?.code == .auditUnavailable)
    #expect(try reader.heads().map(\.sequence) == [1])
  }

  @Test("a quarantine that cannot be written to is told, and nothing is recorded")
  func quarantineObstacle() throws {
    let log = try TestLog()
    let store = try log.store()
    try log.folder.file("quarantine", "in the way")
    let error = #expect(throws: SluiceError.self) { try store.append([.number(1), .kept(2)]) }
    #expect(error?.code == .auditUnavailable && error?.message.contains("quarantine") == true)
    #expect(try store.heads().isEmpty)
    try FileManager.default.removeItem(atPath: log.quarantine)
    try store.append([.number(1), .kept(2)])
    #expect(try store.verified().words == [])
  }

  @Test(
    "a full disk is told, leaves nothing half-written, and is forgotten once there is room",
    .enabled(if: SmallDisk.isPossible, "needs the right to mount a small disk"))
  func fullDisk() throws {
    let disk = try SmallDisk()
    let store = try AuditStore(SQLiteDatabase(path: disk.path + "/audit.sqlite"), folder: disk.path)
    try store.append([.kept(1)])
    let ballast = disk.path + "/ballast"
    try SluiceCommand.shell("head -c 1200000 /dev/zero > '\(ballast)'").check()
    var count = 1
    // Texts, so that it is the database that has no room.
    let long = Judged(source: String(repeating: "x", count: 5000), bytes: [1])
    let error = #expect(throws: SluiceError.self) {
      while count < 3000 {
        try store.append([long])
        count += 1
      }
    }
    #expect(error?.code == .auditUnavailable && error?.remedy?.contains("make room") == true, "\(error as Any)")
    #expect(try store.heads().map(\.sequence) == [count] && store.verified().words == [])
    let image = Judged(bytes: [UInt8](repeating: 7, count: 2_000_000), isKept: true)
    #expect((#expect(throws: SluiceError.self) { try store.append([image]) })?.code == .auditUnavailable)
    #expect(try store.image(image.sha256) == nil && store.heads().map(\.sequence) == [count])
    try FileManager.default.removeItem(atPath: ballast)
    let reference = try store.append([.kept(2)])[0]
    #expect(reference.sequence == count + 1)
    #expect(try store.verified().words == [])
  }
}

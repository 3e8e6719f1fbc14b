import AuditLog
import Common
import Foundation
import TestSupport
import Testing

/// A log whose disk has no room left.
@Suite(.enabled(if: SmallDisk.isPossible, "needs the right to mount a small disk"))
struct FullDiskTests {
  private static func open(_ path: String) throws -> AuditStore {
    try AuditStore(SQLiteDatabase(path: path + "/audit.sqlite"), folder: path)
  }

  /// As the command to prune opens it.
  private static func openForPruning(_ path: String) throws -> AuditStore {
    do { return try open(path) } catch {
      guard AuditFolder(path).reserve.release() else { throw error }
      return try open(path)
    }
  }

  /// Records until there is no room.
  private static func fill(_ store: AuditStore) -> Int {
    let together = 20
    for first in stride(from: 0, to: 100_000, by: together) {
      let images = (first..<first + together).map { number in
        Judged(source: String(repeating: "x", count: 900), bytes: Array("image \(number)".utf8), isKept: true)
      }
      guard (try? store.append(images)) != nil else { return first }
    }
    return 100_000
  }

  @Test("the room that is kept is enough to make room with", arguments: [14, 20], [false, true])
  func pruning(megabytesLeft: Int, isReopened: Bool) throws {
    let disk = try SmallDisk(megabytes: 96)
    let reserve = AuditFolder(disk.path).reserve
    reserve.take()
    #expect(FileManager.default.fileExists(atPath: disk.path + "/reserve"))
    try SluiceCommand.shell("head -c \(96 - megabytesLeft)M /dev/zero > '\(disk.path)/other'").check()
    var open: AuditStore? = try Self.open(disk.path)
    let count = Self.fill(try #require(open))
    try disk.fill()
    #expect(throws: SluiceError.self) { try open?.append([.kept(-1)]) }
    // A command opens it while a gateway has it open, or while nobody has.
    if isReopened { open = nil }
    let store = try Self.openForPruning(disk.path)
    let size = try store.quarantineSize()
    #expect(size.images == count)
    let pruning = try store.prune(to: QuarantineLimits(bytes: size.bytes / 2), by: "operator")
    #expect(pruning.images == count - count / 2)
    #expect(try store.append([.kept(-1)]).count == 1)
    #expect(try store.verified().words == [])
  }

  @Test("a log that cannot even be read says that its disk is full")
  func reading() throws {
    let disk = try SmallDisk()
    try Self.open(disk.path).append([.kept(1)])
    try disk.fill()
    let error = #expect(throws: SluiceError.self) {
      let database = try SQLiteDatabase(path: disk.path + "/audit.sqlite", isReadOnly: true)
      _ = try AuditStore(database, folder: disk.path, isReadOnly: true).verified()
    }
    #expect(error?.code == .auditUnavailable && error?.remedy?.contains("audit prune") == true, "\(error as Any)")
  }

  @Test("the room is taken again once there is room")
  func takingAgain() throws {
    let disk = try SmallDisk()
    let (store, reserve) = (try Self.open(disk.path), AuditFolder(disk.path).reserve)
    let path = disk.path + "/reserve"
    func isTaken() -> Bool { FileManager.default.fileExists(atPath: path) }
    try store.append([.kept(1)])
    _ = try store.prune(to: QuarantineLimits(), by: "one")
    #expect(isTaken())
    #expect(try SluiceCommand.shell("stat -c %b '\(path)'").outputText != "0\n", "it is no hole")
    #expect(reserve.release() && !isTaken() && !reserve.release())
    try disk.fill()
    reserve.take()
    _ = try? store.prune(to: QuarantineLimits(), by: "one")
    #expect(!isTaken(), "there is no room for it")
    try FileManager.default.removeItem(atPath: disk.path + "/ballast")
    _ = try store.prune(to: QuarantineLimits(), by: "one")
    #expect(isTaken())
  }

  @Test("read-only media are left alone")
  func readOnly() throws {
    let disk = try SmallDisk()
    try disk.makeReadOnly()
    let reserve = AuditFolder(disk.path).reserve
    reserve.take()
    #expect(!reserve.release())
  }

  @Test("the writer cannot write until there is room, and learns of it by itself")
  func writability() async throws {
    let disk = try SmallDisk()
    let store = try Self.open(disk.path)
    let writer = AuditWriter(store, name: "one", probeInterval: .milliseconds(5))
    try await writer.append([Judged.kept(1).entry])
    try disk.fill()
    let image = Judged(bytes: [UInt8](repeating: 1, count: 10_000), isKept: true)
    await #expect(throws: SluiceError.self) { try await writer.append([image.entry]) }
    try await Task.sleep(for: .milliseconds(100))
    #expect(!writer.isWritable)
    try FileManager.default.removeItem(atPath: disk.path + "/ballast")
    try await eventually("it can write again") { writer.isWritable }
    try await writer.append([image.entry])
    #expect(try store.verified().words == [])
  }
}

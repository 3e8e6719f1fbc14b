import AuditLog
import Common
import Foundation
import TestSupport
import Testing

/// What becomes of a log whose files go away under whoever writes to it.
struct MovedFilesTests {
  enum Change: String, Sendable, CaseIterable, CustomTestStringConvertible {
    case moved = "mv audit elsewhere"
    case deleted = "rm -r audit"
    case restored = "cp -a audit copy && mv audit elsewhere && mv copy audit"
    case databaseReplaced = "cp -a audit/audit.sqlite copy && mv copy audit/audit.sqlite"
    case logDeleted = "rm audit/audit.sqlite-wal"
    case sharedMemoryDeleted = "rm audit/audit.sqlite-shm"

    var testDescription: String { rawValue }
    /// Whether what was written to lies elsewhere, whole.
    var canBePutBack: Bool { self == .moved || self == .restored }
  }

  private static func shell(_ script: String, in folder: TemporaryFolder) throws {
    try SluiceCommand.shell("cd '\(folder.path)' && \(script)").check()
  }

  @Test("nothing counts as written in files that are not in their place any more", arguments: Change.allCases)
  func change(change: Change) async throws {
    let parent = try TemporaryFolder()
    let folder = AuditFolder(parent.path + "/audit")
    try folder.make()
    let store = try AuditStore(SQLiteDatabase(path: folder.databasePath), folder: folder.path)
    let key = try folder.signingKey(for: "one")
    let writer = AuditWriter(store, name: "one", probeInterval: .milliseconds(5))
    try await writer.append([Judged.kept(1).entry])
    try Self.shell(change.rawValue, in: parent)
    for image in [Judged.number(2), .kept(3)] {
      let error = await #expect(throws: SluiceError.self) { try await writer.append([image.entry]) }
      #expect(error?.code == .auditUnavailable && error?.message.contains("any more") == true, "\(error as Any)")
      #expect(error?.remedy?.contains("restart the gateway") == true)
    }
    #expect(throws: SluiceError.self) { try store.checkpoint(of: "one", signedBy: key) }
    try await Task.sleep(for: .milliseconds(100))
    #expect(!writer.isWritable, "a trial finds it as well")
    let mustBeGone = change == .moved || change == .deleted
    #expect(FileManager.default.fileExists(atPath: folder.path) != mustBeGone, "nobody makes the folder again")
    guard change.canBePutBack else { return }
    try Self.shell("rm -rf audit && mv elsewhere audit", in: parent)
    try await eventually("a trial finds what was put back") { writer.isWritable }
    try await writer.append([Judged.kept(3).entry])
    let verification = try store.verified()
    #expect(verification.words == [] && verification.records == 2)
    withExtendedLifetime(parent) {}
  }
}

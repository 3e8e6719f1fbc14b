import AuditLog
import Auditing
import Common
import FilterPipeline
import Foundation
import Gateway
import Logging
import TestSupport
import Testing

/// What a gateway does for its audit log again and again, as long as it serves.
struct AuditUpkeepTests {
  private let folder: TemporaryFolder
  private let metrics = GatewayMetrics(version: "1")
  private let audit: GatewayAudit
  private let log = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }

  private static let often = Duration.milliseconds(20)
  /// Each image takes one block of the disk.
  private static let block = 4096

  init() throws {
    folder = try TemporaryFolder()
    let settings = try GatewaySettings(
      SettingTexts(
        flags: ["filter": "f.yaml", "audit": "\(folder.path)/audit", "auditMaxBytes": "\(2 * Self.block)B"],
        environment: [:], file: nil))
    audit = try GatewayAudit(try #require(settings.audit), version: "1", metrics: metrics, log: log)
  }

  private var recorder: AuditRecorder { audit.recorder }
  private var keptBytes: Int { Int(metrics.registry.value("sluice_quarantine_bytes")) }
  private var summedUp: Int { Int(metrics.registry.value("sluice_audit_summed_total")) }

  /// Does work while the log is kept up, by nothing but what these intervals say.
  private func whileKept(
    up change: (inout AuditUpkeep.Intervals) -> Void, _ work: () async throws -> Void
  ) async throws {
    var intervals = AuditUpkeep.Intervals()
    change(&intervals)
    let upkeep = AuditUpkeep(audit: audit, metrics: metrics, log: log, intervals: intervals)
    let running = Task { try await upkeep.run() }
    defer { running.cancel() }
    try await work()
    running.cancel()
    try await running.value
  }

  private static func digest(_ number: Int) -> String {
    String(repeating: "0", count: 62) + "\(number + 10)"
  }

  private func keep(_ numbers: Range<Int>) async throws {
    let entries = numbers.map { number in
      AuditEntry(
        .verdict,
        ["sha256": .string(Self.digest(number)), "verdict": .string("adversarial"), "quarantined": .bool(true)],
        image: QuarantinedImage(sha256: Self.digest(number), bytes: [UInt8(number)]))
    }
    try await recorder.writer.append(entries)
  }

  @Test("images that are too many are deleted also later on, and what is kept is measured each time")
  func pruning() async throws {
    try await keep(0..<1)
    try await whileKept(up: { $0.pruning = Self.often }) {
      try await eventually("the first round has measured it") { keptBytes == Self.block }
      try await keep(1..<5)
      try await eventually("a later round has deleted three") { keptBytes == 2 * Self.block }
      #expect(try recorder.writer.store.quarantineSize().images == 2)
    }
  }

  /// A file that a process which was killed has left half-written hours ago.
  private func leftover(_ name: String) throws -> String {
    let file = try folder.file("audit/\(name)", "half of it")
    try FileManager.default.setAttributes([.modificationDate: Date(timeIntervalSinceNow: -7200)], ofItemAtPath: file)
    return file
  }

  @Test("what killed processes have left half-written is deleted when a gateway begins, and later on")
  func sweeping() async throws {
    try await keep(0..<1)
    // The first is there before the gateway is.
    let early = try leftover("signing.key.1a2b.new")
    try await whileKept(up: { $0.sweeping = Self.often }) {
      try await eventually("the first round has deleted it") { !FileManager.default.fileExists(atPath: early) }
      for name in ["pages.token.3c4d.new", "quarantine/00/\(Self.digest(0)).5e6f.new"] {
        let late = try leftover(name)
        try await eventually("a later round has deleted it") { !FileManager.default.fileExists(atPath: late) }
      }
    }
  }

  @Test("rejected inputs without records of their own are summed up while the gateway runs")
  func summing() async throws {
    let verdict = Verdict(
      ofUnseen: "x", id: 1, sha256: nil, outcome: .rejected, filter: FilterIdentity(name: "test", digest: "d"),
      error: SluiceError(.notAnImage, "no"))
    let junk = JudgedImage(EncodedInput(source: "x", bytes: [1, 2, 3]), verdict)
    try await whileKept(up: { $0.summing = Self.often }) {
      // More than have records of their own at once.
      try await recorder.record(Array(repeating: junk, count: 1100))
      try await eventually("those beyond are summed up") { summedUp > 0 }
    }
  }
}

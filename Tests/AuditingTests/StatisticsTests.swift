import AuditLog
import Auditing
import Common
import TestSupport
import Testing

/// What is counted where not every clean image has a record.
struct StatisticsTests {
  private static let start = AuditTime(microseconds: 1_800_000_000_000_000)

  /// Two hours of one traffic, the second after a restart; in each so many clean images are recorded, and 25 flagged ones.
  private static func statistics(
    _ folder: TemporaryFolder, clean: (first: Int, second: Int), shares: (first: Double, second: Double)
  ) throws -> AuditStatistics {
    let store = try AuditLocation(folder: AuditFolder(folder.path + "/audit")).open()
    func hour(_ start: AuditTime, clean: Int, share: Double) throws {
      let verdicts = Array(repeating: "clean", count: clean) + Array(repeating: "adversarial", count: 25)
      let opened = AuditEntry(.opened, time: start, ["cleanRecords": .number(share)])
      let images = verdicts.map { AuditEntry(.verdict, time: start + .seconds(9), ["verdict": .string($0)]) }
      _ = try store.append([opened] + images, to: "one")
    }
    try hour(start, clean: clean.first, share: shares.first)
    try hour(start + .seconds(3600), clean: clean.second, share: shares.second)
    return try AuditStatistics(store, since: start, until: start + .seconds(7200), seconds: 3600)
  }

  @Test("recording fewer clean images is no sudden change, and it is said what shares are of")
  func sampling() throws {
    let folder = try TemporaryFolder()
    let sampled = try Self.statistics(folder, clean: (500, 50), shares: (1, 0.1))
    #expect(sampled.changes.isEmpty && sampled.cleanRecords == [0.1, 1])
    #expect(
      sampled.sampling
        == "shares are of records: of clean images 10 % or 100 % have one; no sudden change is marked where that differs"
    )
    #expect(sampled.images == 600 && sampled.judged == 600)
  }

  @Test("the same share before and after is compared, whatever it is", arguments: [1, 0.1])
  func unchanged(share: Double) throws {
    let folder = try TemporaryFolder()
    let statistics = try Self.statistics(folder, clean: (500, 50), shares: (share, share))
    #expect(statistics.changes.count == 1 && statistics.cleanRecords == [share])
    #expect((statistics.sampling == nil) == (share == 1))
    #expect(statistics.json["cleanRecords"]?.elements.compactMap(\.double) == [share])
  }

  @Test("a writer that ended long ago says nothing about today")
  func ended() throws {
    let folder = try TemporaryFolder()
    let store = try AuditLocation(folder: AuditFolder(folder.path + "/audit")).open()
    let opened = AuditEntry(.opened, time: Self.start - .seconds(200_000), ["cleanRecords": .number(0.0)])
    _ = try store.append([opened], to: "old")
    let statistics = try Self.statistics(folder, clean: (500, 50), shares: (1, 1))
    #expect(statistics.cleanRecords == [1] && statistics.changes.count == 1)
  }
}

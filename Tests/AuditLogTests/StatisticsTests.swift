import AuditLog
import TestSupport
import Testing

struct StatisticsTests {
  private static let start = AuditTime(microseconds: 1_800_000_000_000_000)

  @Test("intervals, clients and detectors are counted as by hand", arguments: Backend.installed)
  func counts(backend: Backend) throws {
    let store = try TestLog(backend).store()
    var random = Seeded(state: 3)
    let images = (0..<400).map { number in
      var image = Judged.number(number)
      image.verdict = number % 4 == 0 ? "adversarial" : "clean"
      image.client = number % 5 == 0 ? nil : "client-\(number % 7)"
      image.detectors = ["a": number % 2 == 0, "b": number % 3 == 0, "c": false]
      image.time = Self.start + .seconds(Int.random(in: 0..<7200, using: &random))
      return image
    }
    try store.append(images)
    let first = AuditReference(writer: "one", sequence: 1)
    _ = try store.review(ImageReview(images[0], .clean, time: Self.start), of: first, by: "reviews")
    for (first, last, length) in [(0, 7200, 60), (600, 6000, 3600), (0, 1, 60), (-100, 100_000, 86_400)] {
      let (since, until) = (Self.start + .seconds(first), Self.start + .seconds(last))
      let within = images.filter { $0.time >= since && $0.time < until }
      let intervals = try store.intervals(of: length, since: since, until: until)
      let expected = Dictionary(grouping: within) { $0.time.microseconds / (length * 1_000_000) }
      #expect(intervals.map { $0.start.microseconds / (length * 1_000_000) } == expected.keys.sorted())
      for interval in intervals {
        let inside = expected[interval.start.microseconds / (length * 1_000_000)] ?? []
        #expect(interval.total == inside.count)
        #expect(interval.count("adversarial") == inside.filter { $0.verdict == "adversarial" }.count)
        #expect(interval.start.microseconds.isMultiple(of: length * 1_000_000) && interval.count("none") == 0)
      }
      let clients = try store.clients(since: since, until: until, limit: 100)
      let byClient = Dictionary(grouping: within) { $0.client }
      #expect(Set(clients.map(\.client)) == Set(byClient.keys) && clients.count == byClient.count)
      for client in clients {
        let own = byClient[client.client] ?? []
        #expect(client.images == own.count && client.flagged == own.filter { $0.verdict == "adversarial" }.count)
      }
      for (one, next) in zip(clients, clients.dropFirst()) {
        #expect((one.flagged, one.images) >= (next.flagged, next.images))
      }
      let detectors = try store.detectorCounts(since: since, until: until)
      for detector in detectors {
        #expect(detector.flagged == within.filter { $0.detectors[detector.detector] == true }.count)
      }
      let flagging = within.flatMap { image in image.detectors.keys.filter { image.detectors[$0] == true } }
      #expect(Set(detectors.map(\.detector)) == Set(flagging))
    }
    #expect(try store.clients(since: Self.start, until: Self.start + .seconds(7200), limit: 2).count == 2)
  }

  /// Hours with so many images, of which so many are flagged.
  private static func hours(_ counts: [(images: Int, flagged: Int)]) -> [AuditStore.Interval] {
    counts.enumerated().map { hour, count in
      AuditStore.Interval(
        start: start + .seconds(hour * 3600),
        counts: ["adversarial": count.flagged, "clean": count.images - count.flagged])
    }
  }

  @Test("a spike is marked, and so is a sudden silence of the detectors")
  func spike() {
    var counts = Array(repeating: (images: 200, flagged: 4), count: 48)
    counts[30] = (200, 40)
    let changes = SuddenChange.changes(in: Self.hours(counts), of: 3600)
    #expect(changes.map(\.interval.start) == [Self.start + .seconds(30 * 3600)])
    #expect(changes.first?.share == 0.2 && changes.first?.shareBefore == 0.02)
    counts = Array(repeating: (images: 500, flagged: 50), count: 30)
    counts[29] = (500, 0)
    #expect(SuddenChange.changes(in: Self.hours(counts), of: 3600).map(\.share) == [0])
    // From nothing at all.
    counts = Array(repeating: (images: 100, flagged: 0), count: 24) + [(100, 10)]
    #expect(SuddenChange.changes(in: Self.hours(counts), of: 3600).count == 1)
  }

  @Test("junk does not hide a change, and is none itself")
  func junk() {
    var hours = Self.hours(Array(repeating: (images: 200, flagged: 4), count: 24) + [(40, 20)])
    hours[24].counts["rejected"] = 300
    hours[24].counts["failed"] = 300
    #expect(hours[24].judged == 40 && hours[24].total == 640)
    let changes = SuddenChange.changes(in: hours, of: 3600)
    #expect(changes.map(\.share) == [0.5] && changes.map(\.shareBefore) == [0.02])
    // Nor do images that were judged stand out among junk.
    hours = Self.hours(Array(repeating: (images: 200, flagged: 20), count: 25))
    for hour in 0..<24 { hours[hour].counts["rejected"] = 5000 }
    #expect(SuddenChange.changes(in: hours, of: 3600) == [])
  }

  @Test("few images are not marked, whatever became of them")
  func fewImages() {
    #expect(SuddenChange.changes(in: Self.hours([(1000, 0), (19, 19)]), of: 3600) == [])
    #expect(SuddenChange.changes(in: Self.hours([(49, 0), (1000, 1000)]), of: 3600) == [])
    #expect(SuddenChange.changes(in: [], of: 3600) == [])
    // What lies more than a day back is forgotten.
    let late = AuditStore.Interval(start: Self.start + .seconds(90_001), counts: ["adversarial": 100])
    #expect(SuddenChange.changes(in: Self.hours([(1000, 0)]) + [late], of: 3600) == [])
  }

  @Test(
    "chance alone is marked as rarely as is said", arguments: [0.001, 0.01, 0.05, 0.3],
    [20, 60, 500])
  func noise(share: Double, images: Int) {
    var random = Seeded(state: 11)
    let counts = (0..<2000).map { _ in
      (images: images, flagged: (0..<images).filter { _ in Double.random(in: 0..<1, using: &random) < share }.count)
    }
    // Of two thousand intervals an eighth of one is expected.
    #expect(SuddenChange.changes(in: Self.hours(counts), of: 3600).count <= 3)
  }
}

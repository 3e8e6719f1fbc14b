import AuditLog
import Common
import TestSupport
import Testing

/// Queries against the same question asked of records in memory.
struct QueryTests {
  private static let start = AuditTime(microseconds: 1_800_000_000_000_000)

  /// What a record is about, as the test knows it.
  private struct Known {
    var image: Judged
    var reference: AuditReference
    var review: ImageReview.Label?
  }

  private static let sources = ["Cat.PNG", "cat%.png", "c_t.png", "dir\\cat.png", "plain", "%", "_", "\\", "dog 100%"]

  private static func images() -> [Judged] {
    var random = Seeded(state: 7)
    return (0..<300).map { _ in
      Judged(
        verdict: ["clean", "adversarial", "rejected", "failed"].randomElement(using: &random) ?? "",
        request: Bool.random(using: &random) ? "request-\(Int.random(in: 0..<40, using: &random))" : nil,
        client: Bool.random(using: &random) ? "client-\(Int.random(in: 0..<5, using: &random))" : nil,
        source: sources.randomElement(using: &random) ?? "", filter: Bool.random(using: &random) ? "aa" : "bb",
        detectors: ["squeezing": Bool.random(using: &random), "chroma": Int.random(in: 0..<9, using: &random) == 0],
        bytes: [UInt8.random(in: 0..<80, using: &random)],
        // Many moments are equal.
        time: start + .seconds(Int.random(in: 0..<60, using: &random)))
    }
  }

  /// A log with records and reviews, and what is known of them.
  private struct Filled {
    let store: AuditStore
    let known: [Known]
  }

  /// For tests that change nothing: one log for each database.
  private static let shared: [Result<Filled, any Error>] = Backend.installed.map { backend in
    Result {
      let log = try TestLog(backend)
      log.folder.removeAtExit()
      return try filled(log.store())
    }
  }

  private static func filled(_ backend: Backend) throws -> (store: AuditStore, known: [Known]) {
    let place = try #require(Backend.installed.firstIndex(of: backend))
    let filled = try shared[place].get()
    return (filled.store, filled.known)
  }

  private static func filled(_ store: AuditStore) throws -> Filled {
    let images = images()
    var known: [Known] = []
    for (writer, part) in [("two", images[..<100]), ("one", images[100...])] {
      known += zip(part, try store.append(Array(part), to: writer)).map { Known(image: $0, reference: $1) }
    }
    for number in stride(from: 0, to: 300, by: 11) {
      let label = number % 2 == 0 ? ImageReview.Label.adversarial : .clean
      let image = known[number].image
      _ = try store.review(ImageReview(image, label), of: known[number].reference, by: "reviews")
      for index in known.indices where known[index].image.sha256 == image.sha256 { known[index].review = label }
    }
    return Filled(store: store, known: known)
  }

  private static func isWanted(_ known: Known, _ query: AuditQuery) -> Bool {
    let image = known.image
    let reviews: [AuditQuery.ReviewState: ImageReview.Label] = [.confirmed: .adversarial, .cleared: .clean]
    return [
      query.since.map { image.time >= $0 }, query.until.map { image.time < $0 },
      query.verdicts.isEmpty || query.verdicts.contains(image.verdict),
      query.detector.map { image.detectors[$0] == true }, query.client.map { $0 == image.client },
      query.source.map { $0.isEmpty || image.source.lowercased().contains($0.lowercased()) },
      query.request.map { $0 == image.request }, query.digest.map { image.sha256.hasPrefix($0) },
      query.filter.map { $0 == image.filter }, query.writer.map { $0 == known.reference.writer },
      query.review.map { reviews[$0] == known.review },
    ].allSatisfy { $0 ?? true }
  }

  private static func queries() -> [AuditQuery] {
    func query(_ change: (inout AuditQuery) -> Void) -> AuditQuery {
      var query = AuditQuery()
      change(&query)
      return query
    }
    let digests = [digest([1]), String(digest([2]).prefix(8)), "0", "", "f"]
    let parts =
      sources + ["CAT", "c", ".png", "\\c", "%.", "_t", "100%", "", "é", String(repeating: "c", count: 100_000)]
    let single =
      [query { _ in }] + parts.map { part in query { $0.source = part } }
      + digests.map { text in query { $0.digest = text } }
      + AuditQuery.ReviewState.allCases.map { state in query { $0.review = state } }
      + [nil, "client-1", "client-9", "' OR 1=1 --"].map { text in query { $0.client = text } }
      + [
        query { $0.since = start + .seconds(30) }, query { $0.until = start + .seconds(30) },
        query { $0.verdicts = ["adversarial"] }, query { $0.verdicts = ["clean", "failed"] },
        query { $0.verdicts = ["x"] }, query { $0.detector = "squeezing" }, query { $0.detector = "chroma" },
        query { $0.detector = "Chroma" }, query { $0.request = "request-7" }, query { $0.filter = "aa" },
        query { $0.filter = "a" }, query { $0.writer = "two" }, query { $0.writer = "three" },
      ]
    let combined = single.indices.map { index in
      let (one, two) = (single[index], single[(index * 7 + 3) % single.count])
      return query {
        ($0.since, $0.until, $0.detector) = (
          one.since ?? two.since, one.until ?? two.until, one.detector ?? two.detector
        )
        ($0.client, $0.source) = (one.client ?? two.client, one.source ?? two.source)
        ($0.digest, $0.filter, $0.writer) = (
          one.digest ?? two.digest, one.filter ?? two.filter, one.writer ?? two.writer
        )
        ($0.review, $0.verdicts) = (one.review ?? two.review, one.verdicts.union(two.verdicts))
      }
    }
    return single + combined
  }

  @Test("every query finds what a search in memory finds, in either direction", arguments: Backend.installed)
  func naiveFilter(backend: Backend) throws {
    let (store, known) = try Self.filled(backend)
    let inOrder = known.sorted { first, second in
      let (one, two) = (first.reference, second.reference)
      return (first.image.time, one.writer, one.sequence) < (second.image.time, two.writer, two.sequence)
    }
    for var query in Self.queries() {
      let expected = inOrder.filter { Self.isWanted($0, query) }.map(\.reference)
      #expect(try store.records(query, limit: 1000).map(\.reference) == expected.reversed())
      query.isOldestFirst = true
      #expect(try store.records(query, limit: 1000).map(\.reference) == expected)
      #expect(try store.count(query) == expected.count && store.count(query, atMost: 5) == min(5, expected.count))
    }
  }

  @Test("pages give each record exactly once", arguments: [1, 7, 100, 299, 300], Backend.installed)
  func paging(size: Int, backend: Backend) throws {
    let (store, known) = try Self.filled(backend)
    for isOldestFirst in [true, false] {
      var query = AuditQuery()
      query.isOldestFirst = isOldestFirst
      let whole = try store.records(query, limit: 1000).map(\.reference)
      #expect(Set(whole) == Set(known.map(\.reference)))
      var (pages, cursor): ([AuditReference], AuditQuery.Cursor?) = ([], nil)
      while case let page = try store.records(query, after: cursor, limit: size), let last = page.last {
        pages += page.map(\.reference)
        cursor = AuditQuery.Cursor(last)
      }
      #expect(pages == whole)
      var count = 0
      try store.forEach(query, limit: size) { _ in count += 1 }
      #expect(count == size)
    }
  }

  @Test(
    "a query comes to its end and gives each record once, whatever stands in the place of times and numbers",
    arguments: ["time = time + 0.25", "time = 'soon'", "time = 'soon' || sequence", "sequence = sequence + 0.25"],
    [true, false])
  func oddPlaces(change: String, isOldestFirst: Bool) throws {
    let log = try TestLog()
    let store = try log.store()
    try store.append((0..<1100).map(Judged.number))
    try log.tamper("UPDATE audit_record SET \(change)")
    var (query, seen) = (AuditQuery(), [String]())
    query.isOldestFirst = isOldestFirst
    try store.forEach(query) { record throws(SluiceError) in
      guard seen.count <= 1100 else { throw SluiceError(.auditUnavailable, "it goes round in circles") }
      seen.append(record.text)
    }
    #expect(seen.count == 1100 && Set(seen).count == 1100)
  }

  @Test(
    "a query ends with an error behind a place that nothing can be asked about",
    arguments: ["x'00'", "CAST(x'FF' AS TEXT)", "'soon' || char(0)"], [true, false])
  func damagedPlaces(time: String, isOldestFirst: Bool) throws {
    let log = try TestLog()
    let store = try log.store()
    try store.append((0..<600).map(Judged.number))
    try log.tamper("UPDATE audit_record SET time = \(time)")
    var (query, count) = (AuditQuery(), 0)
    query.isOldestFirst = isOldestFirst
    let error = #expect(throws: SluiceError.self) {
      try store.forEach(query) { _ throws(SluiceError) in
        count += 1
        guard count <= 600 else { throw SluiceError(.noSuchRecord, "it goes round in circles") }
      }
    }
    #expect(error?.code == .auditUnavailable && error?.remedy != nil, "\(error as Any)")
  }

  @Test("other kinds of records are found by their kind", arguments: Backend.installed)
  func kinds(backend: Backend) throws {
    let store = try Self.filled(TestLog(backend).store()).store
    _ = try store.append([AuditEntry(.opened, ["build": .string("1")])], to: "one")
    var query = AuditQuery()
    for (kind, count) in [
      (AuditKind.opened, 1), (.verdict, 300), (.review, 28), (.hold, 0), (.pruned, 0), (.summary, 0),
    ] {
      query.kind = kind
      let records = try store.records(query, limit: 1000)
      #expect(records.count == count && records.allSatisfy { $0.kind == kind.rawValue })
    }
    #expect(try store.detectors() == ["chroma", "squeezing"])
  }

  @Test("the newest record that a detector flagged", arguments: Backend.installed)
  func newest(backend: Backend) throws {
    let (store, known) = try Self.filled(backend)
    for detector in ["squeezing", "chroma"] {
      let newest = known.filter { $0.image.detectors[detector] == true }.map(\.image.time).max()
      let found = try #require(try store.newestRecord(flaggedBy: detector))
      #expect(found.time == newest && found.json["detectors"]?.text.contains(detector) == true)
    }
    #expect(try store.newestRecord(flaggedBy: "none")?.reference == nil)
  }

  @Test("what people may mean is found", arguments: Backend.installed)
  func finding(backend: Backend) throws {
    let store = try TestLog(backend).store()
    var image = Judged.number(1)
    image.request = "5f0c"
    try store.append([image, .number(2), .number(2)])
    let sha256 = Judged.number(2).sha256
    func found(_ text: String) throws -> [String] { try store.find(text).map(\.reference.description) }
    #expect(try found("one:2") == ["one:2"] && found("3") == ["one:3"] && found("5f0c") == ["one:1"])
    #expect(try found(String(sha256.prefix(8))) == ["one:3", "one:2"] && found(sha256.uppercased()).count == 2)
    #expect(try store.find(sha256, limit: 1).count == 1)
    for text in [
      "", "4", "0", "-1", "one:4", "two:1", "one:", String(sha256.prefix(7)), sha256 + "0", "zzzzzzzz", "5F0C",
    ] {
      let error = #expect(throws: SluiceError.self) { try store.find(text) }
      #expect(error?.code == .noSuchRecord && error?.remedy != nil, "\(text)")
    }
    try store.append([.number(3)], to: "two")
    let error = #expect(throws: SluiceError.self) { try store.find("1") }
    #expect(error?.message.contains("one, two") == true && error?.remedy?.contains("one:1") == true)
    #expect(try found("3") == ["one:3"] && found("two:1") == ["two:1"])
  }
}

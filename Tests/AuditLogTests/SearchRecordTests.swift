import AuditLog
import Common
import TestSupport
import Testing

/// Records of searches, and of images that belong to one: how they are found, and that they are records like all others.
struct SearchRecordTests {
  private static let start = AuditTime(microseconds: 1_800_000_000_000_000)

  private static func search(_ name: String, questions: Int, at second: Int, client: String = "10.0.0.7") -> AuditEntry
  {
    AuditEntry(
      .search, time: start + .seconds(second),
      [
        "request": .string("request-\(second)"), "client": .string(client), "search": .string(name),
        "questions": .integer(questions), "action": .string("silent"),
      ])
  }

  private static func image(_ number: Int, of search: String?, at second: Int) -> AuditEntry {
    var entry = Judged.number(number).entry
    entry.time = start + .seconds(second)
    if let search { entry.details.append(JSONValue.Member(name: "search", value: .string(search))) }
    return entry
  }

  /// Two searches with several records each, in two chains of records, and images of both and of none.
  private static func filled(_ backend: Backend) throws -> (log: TestLog, store: AuditStore) {
    let log = try TestLog(backend)
    let store = try log.store()
    _ = try store.append(
      [
        search("aaaa0001", questions: 20, at: 1), image(1, of: "aaaa0001", at: 1), image(2, of: nil, at: 2),
        search("aaaa0001", questions: 40, at: 9), search("bbbb0002", questions: 21, at: 5),
        image(3, of: "bbbb0002", at: 5),
      ], to: "one")
    _ = try store.append(
      [search("aaaa0001", questions: 41, at: 9), image(4, of: "aaaa0001", at: 10), image(5, of: "aaaa0001", at: 4)],
      to: "two")
    return (log, store)
  }

  private static func query(_ change: (inout AuditQuery) -> Void) -> AuditQuery {
    var query = AuditQuery()
    change(&query)
    return query
  }

  private func places(_ store: AuditStore, _ query: AuditQuery) throws -> [String] {
    try store.records(query, limit: 100).map(\.reference.description)
  }

  @Test(
    "searches are listed, each by its last record, and images by the search they belong to",
    arguments: Backend.installed)
  func queries(backend: Backend) throws {
    let (_, store) = try Self.filled(backend)
    let every = Self.query { $0.kind = .search }
    #expect(try places(store, every) == ["two:1", "one:4", "one:5", "one:1"])
    var last = Self.query { ($0.kind, $0.isLastOfSearch) = (.search, true) }
    // Of two records at the same moment, one is the last.
    #expect(try places(store, last) == ["two:1", "one:5"])
    #expect(try store.count(last) == 2)
    last.isOldestFirst = true
    #expect(try places(store, last) == ["one:5", "two:1"])
    let first = try store.records(last, limit: 1)
    #expect(try store.records(last, after: AuditQuery.Cursor(first[0]), limit: 5).map(\.reference.sequence) == [1])
    #expect(try places(store, Self.query { $0.search = "aaaa0001" }) == ["two:2", "two:3", "one:2"])
    #expect(try places(store, Self.query { $0.search = "bbbb0002" }) == ["one:6"])
    #expect(
      try places(store, Self.query { ($0.kind, $0.search) = (.search, "aaaa0001") }) == ["two:1", "one:4", "one:1"])
    #expect(try places(store, Self.query { $0.search = "' OR 1=1 --" }).isEmpty)
    #expect(try places(store, Self.query { $0.client = "10.0.0.7" }).isEmpty, "these are images alone")
    #expect(try places(store, Self.query { ($0.kind, $0.client) = (.search, "10.0.0.8") }).isEmpty)
  }

  @Test("a search is found by its id, and no request or digest of the same name hides it", arguments: Backend.installed)
  func finding(backend: Backend) throws {
    let (_, store) = try Self.filled(backend)
    var image = Judged.number(9)
    image.request = "aaaa0001"
    try store.append([image])
    #expect(try store.findOne("aaaa0001").reference.description == "two:1")
    #expect(try store.lastRecord(ofSearch: "bbbb0002")?.json["questions"] == .integer(21))
    #expect(try store.lastRecord(ofSearch: "aaaa") == nil)
    #expect(throws: SluiceError.self) { try store.find("aaaa000") }
    #expect(try store.find("one:1").first?.kind == "search")
  }

  @Test(
    "they are in the chain of hashes, under checkpoints, and outlive the bytes of images", arguments: Backend.installed)
  func chained(backend: Backend) throws {
    let (log, store) = try Self.filled(backend)
    let key = AuditSigningKey(writer: "one")
    _ = try store.append([Judged.kept(7).entry], to: "one")
    for writer in ["one", "two"] { _ = try store.checkpoint(of: writer, signedBy: key) }
    #expect(try store.verified(keys: [key.verification]).words == [])
    _ = try store.prune(to: QuarantineLimits(bytes: 0), by: "one")
    #expect(try store.count(Self.query { $0.kind = .search }) == 4)
    #expect(try store.verified(keys: [key.verification]).words == [])
    #expect(try log.store(isReadOnly: true).verified(keys: [key.verification]).holds)
  }

  @Test(
    "a column that says another search, or none, is found", arguments: ["'bbbb0002'", "NULL", "''"], Backend.installed)
  func tampering(value: String, backend: Backend) throws {
    let (log, store) = try Self.filled(backend)
    try log.tamper("UPDATE audit_record SET search = \(value) WHERE writer = 'one' AND sequence = 2")
    #expect(
      try store.verified().words == ["one:2 is listed as something that it is not: the columns beside it were changed"])
    try log.tamper("UPDATE audit_record SET search = 'aaaa0001' WHERE writer = 'one' AND sequence = 2")
    #expect(try store.verified().holds)
    try log.tamper("UPDATE audit_record SET search = 'aaaa0001' WHERE writer = 'one' AND sequence = 3")
    #expect(try store.verified().words.first?.hasPrefix("one:3 ") == true)
  }

  @Test("an id from outside is listed in a form that every database takes", arguments: Backend.installed)
  func hostileNames(backend: Backend) throws {
    let store = try TestLog(backend).store()
    for (place, name) in ["\0", String(repeating: "é", count: 100_000), "", "' --", "one:1"].enumerated() {
      _ = try store.append([Self.search(name, questions: 1, at: place)], to: "one")
      #expect(try store.lastRecord(ofSearch: name)?.reference.sequence == place + 1)
    }
    #expect(try store.verified().words == [])
  }
}

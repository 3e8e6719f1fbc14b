import AuditLog
import Auditing
import Common
import FilterPipeline
import StatefulDetection
import TestSupport
import Testing

/// When a search is recorded, what goes into its record, and which of its images are recorded besides.
struct SearchRecordsTests {
  private static let fingerprint = Fingerprint(bytes: (0..<768).map { UInt8($0 % 200) })

  private static func question(
    _ number: Int, client: String? = "10.0.0.7", label: Int = 1, score: Float = 0.5, shift: UInt8 = 0
  ) throws -> Question {
    let first = try #require(fingerprint)
    return Question(
      record: "request-\(number)", client: client, time: 1_800_000_000_000 + Int64(number),
      fingerprint: try #require(Fingerprint(bytes: first.bytes.enumerated().map { $0 < 384 ? $1 + shift : $1 })),
      answer: Answer(outcome: .clean, label: label, score: score, filter: 7))
  }

  private static func sighting(length: Int, isSearch: Bool = true) throws -> Sighting {
    var sighting = QueryMemory().note(try question(1))
    (sighting.chain, sighting.length, sighting.isSearch) = (ChainID(0x0abc), length, isSearch)
    return sighting
  }

  private static func image(
    _ number: Int, _ sighting: Sighting?, _ outcome: Verdict.Outcome = .clean
  ) -> JudgedImage {
    let verdict = Verdict(
      ofUnseen: "x", id: number, sha256: String(repeating: "ab", count: 32), outcome: outcome,
      filter: FilterIdentity(name: "test", digest: "d"), error: nil)
    return JudgedImage(
      EncodedInput(source: "x", bytes: Array("image \(number)".utf8)), verdict, request: "request-\(number)",
      client: "c",
      sighting: sighting)
  }

  // MARK: - When

  @Test("a search has a record when it is first seen, and whenever it has become twice as long")
  func growth() {
    let growth = SearchGrowth()
    #expect((20...1000).filter { growth.isDue("a", length: $0) } == [20, 40, 80, 160, 320, 640])
    #expect(growth.isDue("b", length: 639) && !growth.isDue("b", length: 640), "others have their own")
    // Other gateways ask as well: a length may be skipped.
    #expect(!growth.isDue("a", length: 1279) && growth.isDue("a", length: 3000) && !growth.isDue("a", length: 5999))
    growth.forget("a")
    #expect(growth.isDue("a", length: 1) && growth.isDue("c", length: .max) && growth.isDue("c", length: .max))
  }

  @Test("what is remembered of searches is bounded; one that was forgotten is recorded again")
  func forgetting() {
    let growth = SearchGrowth(most: 100)
    for number in 0..<1000 { #expect(growth.isDue("search \(number)", length: 20)) }
    #expect(!growth.isDue("search 999", length: 21) && growth.isDue("search 0", length: 21))
  }

  // MARK: - What

  @Test(
    "the record says who, when and how often, and has the first and the last questions with how far they are from the first"
  )
  func contents() throws {
    let questions = try (1...64).map { number in
      try Self.question(
        number, label: number > 60 ? 2 : 1, score: Float(number) / 64, shift: number == 64 ? 4 : 0)
    }
    let search = RecordedSearch(
      try Self.sighting(length: 131), sample: questions, action: .silent,
      filter: FilterIdentity(name: "test", digest: "d")
    ) { $0 == 1 ? String(repeating: "é", count: 5000) : nil }
    #expect(search.id == "0000000000000abc" && search.began == "2027-01-15T08:00:00.001000Z" && search.questions == 131)
    #expect(search.clients == ["10.0.0.7"] && search.filter?.digest == "d" && search.action == "silent")
    #expect(search.sample.map(\.number) == Array(1...8) + Array(76...131))
    #expect(search.sample[0].label?.unicodeScalars.count == 100 && search.sample[63].label == nil)
    let distance = questions[63].fingerprint.distance(to: questions[0].fingerprint)
    #expect(search.sample[63].distance == distance && distance > 0 && search.sample[62].distance == 0)
    #expect(search.sample[63].topClass == 2)
    #expect(search.sample[3].request == "request-4" && search.sample[3].time == "2027-01-15T08:00:00.004000Z")
    #expect(search.sample[63].pixels == questions[63].fingerprint.bytes && search.sample[0].score == 0.015625)
    #expect(SearchCourse(search).changes == [60] && SearchCourse(search).omitted(before: 8) == 67)
    #expect(search.json.text.utf8.count < 90_000)
  }

  @Test(
    "a short sample is numbered from the first; times of any clock can be written", arguments: [Int64.min, -1, 0, .max])
  func edges(time: Int64) throws {
    var first = try Self.question(1)
    first.time = time
    var sighting = try Self.sighting(length: 70)
    sighting.first = first
    let sample = [first, try Self.question(2), try Self.question(3)]
    let search = RecordedSearch(
      sighting, sample: sample, action: .slow, filter: FilterIdentity(name: "t", digest: "d")
    ) { _ in nil }
    #expect(search.sample.map(\.number) == [1, 2, 3])
    #expect(search.began.flatMap { AuditTime($0) } != nil, "\(search.began ?? "")")
    #expect(SearchCourse(search).text.hasPrefix("70 questions"))
  }

  // MARK: - In the log

  private static func log(
    _ folder: TemporaryFolder, clean: Double
  ) throws -> (recorder: AuditRecorder, store: AuditStore) {
    let store = try AuditLocation(folder: AuditFolder(folder.path + "/audit")).open()
    let recorder = AuditRecorder(
      AuditWriter(store, name: "one"), RecordingPolicy(cleanRecords: clean, build: "test"),
      searches: SearchAllowance(rate: 0))
    return (recorder, store)
  }

  private static func count(_ store: AuditStore, _ kind: AuditKind, _ change: (inout AuditQuery) -> Void = { _ in })
    throws
    -> Int
  {
    var query = AuditQuery()
    query.kind = kind
    change(&query)
    return try store.count(query)
  }

  @Test("images of a search are recorded although they are clean, within a bound; of others as the policy says")
  func cleanImages() async throws {
    let folder = try TemporaryFolder()
    let (recorder, store) = try Self.log(folder, clean: 0)
    let (search, chain) = (try Self.sighting(length: 30), try Self.sighting(length: 3, isSearch: false))
    try await recorder.record((0..<50).map { Self.image($0, chain) } + (50..<100).map { Self.image($0, nil) })
    #expect(try Self.count(store, .verdict) == 0)
    for block in 0..<12 { try await recorder.record((0..<100).map { Self.image(block * 100 + $0, search) }) }
    let recorded = try Self.count(store, .verdict) { $0.search = "0000000000000abc" }
    #expect(recorded == 1000)
    try await recorder.record((0..<20).map { Self.image($0, search, .adversarial) })
    #expect(try Self.count(store, .verdict) { $0.verdicts = ["adversarial"] } == 20, "what was held back always is")
  }

  @Test("searches are recorded with their images; beyond a bound without their questions")
  func samples() async throws {
    let folder = try TemporaryFolder()
    let (recorder, store) = try Self.log(folder, clean: 1)
    let memory = QueryMemory()
    let first = memory.note(try Self.question(1))
    let records = SearchRecords(memory, action: .silent)
    var sighting = memory.note(try Self.question(2, score: 0.4, shift: 1))
    #expect(first.chain == sighting.chain && sighting.length == 2)
    #expect(records.due([Self.image(1, first)], label: { _ in nil }).isEmpty || first.isSearch)
    sighting.isSearch = true
    let bystander = SearchRecords(memory, action: .refuse).due([Self.image(1, sighting)], label: { _ in nil })
    #expect(bystander.count == 1 && bystander[0].client == nil, "who has done nothing is not named")
    sighting.concernsAsker = true
    let images = [Self.image(1, sighting), Self.image(2, sighting)]
    let due = records.due(images, label: { "label \($0)" })
    #expect(due.count == 1 && due[0].sample.count == 2 && due[0].request == "request-1" && due[0].client == "c")
    #expect(records.due(images, label: { _ in nil }).isEmpty)
    records.takeBack(due)
    #expect(records.due(images, label: { _ in nil }).count == 1, "what could not be recorded is due again")
    try await recorder.record(images, noticed: due)
    let record = try #require(try store.lastRecord(ofSearch: sighting.chain.description))
    #expect(record.search.sample.map(\.label) == ["label 1", "label 1"] && record.search.build == "test")
    for _ in 0..<150 { try await recorder.record([], noticed: due) }
    var query = AuditQuery()
    query.kind = .search
    let samples = try store.records(query, limit: 1000).count { !$0.search.sample.isEmpty }
    #expect(try store.count(query) == 151 && (100...110).contains(samples), "\(samples)")
    #expect(try AuditVerifier(store, keys: []).verify().holds)
  }
}

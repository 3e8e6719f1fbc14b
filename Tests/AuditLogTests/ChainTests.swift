import AuditLog
import TestSupport
import Testing

struct ChainTests {
  @Test("every record hashes to the formula of the text and the hash before it", arguments: Backend.installed)
  func formula(backend: Backend) throws {
    let log = try TestLog(backend)
    let store = try log.store()
    try store.append((1...5).map(Judged.number))
    _ = try store.append([AuditEntry(.opened, ["build": .string("1.0")])], to: "one")
    var previous = String(repeating: "0", count: 64)
    for sequence in 1...6 {
      let record = try #require(try store.record(AuditReference(writer: "one", sequence: sequence)))
      #expect(record.hash == referenceHash(record.text, after: previous))
      #expect(
        record.text.hasPrefix(#"{"version":1,"writer":"one","sequence":\#(sequence),"time":"\#(record.time.text)","#))
      #expect(record.json["kind"]?.string == record.kind)
      previous = record.hash
    }
    let heads = try store.heads()
    #expect(heads.map(\.writer) == ["one"] && heads.map(\.sequence) == [6] && heads.map(\.hash) == [previous])
    #expect(try store.verified().holds)
  }

  @Test("several writers, threads and programs leave chains without gaps", arguments: Backend.installed)
  func concurrentWriters(backend: Backend) async throws {
    let log = try TestLog(backend)
    let stores = try (0..<2).map { _ in try log.store() }
    let references = try await withThrowingTaskGroup(of: [AuditReference].self) { group in
      for number in 0..<8 {
        group.addTask {
          try (0..<6).flatMap { batch in
            let images = (0...batch % 3).map { Judged.kept($0 + batch) }
            let references = try stores[number % 2].append(images, to: "writer-\(number % 3)")
            #expect(zip(references, references.dropFirst()).allSatisfy { $1.sequence == $0.sequence + 1 })
            return references
          }
        }
      }
      return try await group.reduce(into: []) { $0 += $1 }
    }
    #expect(references.count == 96 && Set(references).count == 96)
    for head in try stores[0].heads() {
      #expect(references.filter { $0.writer == head.writer }.map(\.sequence).sorted() == Array(1...head.sequence))
    }
    let verification = try stores[1].verified()
    #expect(verification.words == [] && verification.records == 96 && verification.writers.count == 3)
  }

  @Test("a batch and what is deleted meanwhile do not wait for each other in a circle", arguments: Backend.installed)
  func appendingWhilePruning(backend: Backend) async throws {
    let log = try TestLog(backend)
    let (appending, pruning) = (try log.store(), try log.store())
    try await withThrowingTaskGroup(of: Void.self) { group in
      group.addTask {
        var random = Seeded(state: 1)
        for _ in 0..<60 { try appending.append((0..<20).shuffled(using: &random).map { Judged.kept($0) }) }
      }
      group.addTask {
        for _ in 0..<60 { _ = try pruning.prune(to: QuarantineLimits(bytes: 0), by: "upkeep") }
      }
      try await group.waitForAll()
    }
    #expect(try appending.verified().words == [])
  }

  @Test("a log of more than one block of records is verified whole", arguments: Backend.installed)
  func manyBlocks(backend: Backend) throws {
    let store = try TestLog(backend).store()
    for _ in 0..<3 { try store.append((0..<400).map { Judged.number($0) }) }
    var progress: [Int] = []
    let verification = try AuditVerifier(store, keys: []).verify { progress.append($0) }
    #expect(verification.holds && verification.records == 1200 && progress == [500, 1000, 1200])
  }

  @Test("what is recorded and signed while a log is verified is not missed", arguments: Backend.installed)
  func addedMeanwhile(backend: Backend) throws {
    let store = try TestLog(backend).store()
    let key = AuditSigningKey(writer: "one")
    try store.append([.number(1)])
    // Told of progress behind the last block, and before it is looked for what is missing.
    let verification = try AuditVerifier(store, keys: [key.verification]).verify { _ in
      _ = try? store.append([.number(2)])
      _ = try? store.checkpoint(of: "one", signedBy: key)
    }
    #expect(verification.words == [] && verification.records == 1)
    #expect(try store.lastCheckpoint(of: "one")?.sequence == 2)
  }

  static let hostileTexts = [
    "", "a\nb\r\nc", "a\u{0}b", "\u{0}", #"'; DROP TABLE audit_record; --"#, #""quarantined":true"#, #"\"\\u0041"#,
    "👩‍👩‍👧‍👦🏴󠁧󠁢󠁳󠁣󠁴󠁿", "e\u{301}é", "\u{202E}gnp.exe\u{2066}", "\u{7F}\u{85}\u{9B}31m\u{FEFF}", "$1 ? :name @name", "%_\\",
    String(repeating: "x", count: 100_000), String(repeating: "🧨\n", count: 20_000), "\u{10FFFF}\u{FFFD}",
  ]

  @Test("text of any kind comes back as it was, and is found by it", arguments: Backend.installed)
  func hostileText(backend: Backend) throws {
    let store = try TestLog(backend).store()
    for (number, text) in Self.hostileTexts.enumerated() {
      var image = Judged.kept(number)
      (image.request, image.client, image.source, image.verdict) = (text, text, text, text)
      (image.action, image.filter, image.detectors) = (text, text, [text: true, text + "2": false])
      let reference = try store.append([image])[0]
      let record = try #require(try store.record(reference))
      for name in ["request", "client", "source", "verdict", "action"] {
        #expect(Array(try #require(record.json[name]?.string).utf8) == Array(text.utf8))
      }
      #expect(!record.text.contains("\n") && !record.text.contains("\u{202E}"))
      for field in [\AuditQuery.request, \.client, \.detector, \.filter, \.source] {
        var query = AuditQuery()
        query[keyPath: field] = text
        #expect(try store.records(query, limit: 100).contains { $0.reference == reference }, "\(text.prefix(20))")
      }
      _ = try store.review(
        ImageReview(
          sha256: image.sha256, label: .clean, trueClass: .max, attack: text, note: text, reviewer: text),
        of: reference, by: "reviews")
      _ = try store.hold(image.sha256, isHeld: true, note: text, reviewer: text, by: "reviews")
    }
    #expect(try store.verified().words == [])
  }

  @Test(
    "names of chains are letters, digits, dots, lines and dashes",
    arguments: [
      ("gateway-1", true), ("a.B_9", true), (String(repeating: "a", count: 64), true), ("", false), ("a b", false),
      (String(repeating: "a", count: 65), false), ("a:1", false), ("ä", false), ("a\n", false), ("a/b", false),
    ])
  func names(name: String, isName: Bool) {
    #expect(AuditWriterName.isName(name) == isName)
    #expect((AuditReference("\(name):7") == AuditReference(writer: name, sequence: 7)) == isName)
  }

  @Test(
    "places are a name and a number from 1 on", arguments: ["", "a", "a:", ":1", "a:0", "a:-1", "a:x", "a:1:", "a:1 "])
  func invalidPlaces(text: String) {
    #expect(AuditReference(text) == nil)
  }
}

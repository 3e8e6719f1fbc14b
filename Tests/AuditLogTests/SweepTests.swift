import AuditLog
import Foundation
import TestSupport
import Testing

/// What lies in the quarantine and no record speaks of.
struct SweepTests {
  private static let later = AuditTime.now + .seconds(7200)

  /// Puts a file into the quarantine past the program.
  private static func put(
    _ contents: [UInt8], as name: String, changed: AuditTime = .now, in log: TestLog
  ) throws {
    let folder = "\(log.quarantine)/\(name.prefix(2))"
    try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
    try Data(contents).write(to: URL(filePath: "\(folder)/\(name)"))
    try setChanged("\(folder)/\(name)", changed)
  }

  private static func setChanged(_ file: String, _ time: AuditTime) throws {
    let date = Date(timeIntervalSince1970: Double(time.microseconds) / 1_000_000)
    try FileManager.default.setAttributes([.modificationDate: date], ofItemAtPath: file)
  }

  /// Puts a closed database in the place of another.
  private static func copyDatabase(_ file: String, to other: String) throws {
    for ending in ["", "-wal", "-shm"] {
      try? FileManager.default.removeItem(atPath: other + ending)
      guard FileManager.default.fileExists(atPath: file + ending) else { continue }
      try FileManager.default.copyItem(atPath: file + ending, toPath: other + ending)
    }
  }

  /// What the table says of images: the state, and the record of the deletion.
  private static func states(_ log: TestLog) throws -> [[SQLValue]] {
    try log.rows("SELECT state, writer, sequence FROM audit_object").map(\.values)
  }

  private static func prunedImages(_ store: AuditStore) throws -> Set<String> {
    var query = AuditQuery()
    query.kind = .pruned
    return Set(try store.records(query, limit: 100).flatMap { $0.json["images"]?.elements ?? [] }.compactMap(\.string))
  }

  @Test("after an hour a half-written file is gone, and an image without a record counts as kept")
  func leftovers() throws {
    let log = try TestLog()
    let store = try log.store()
    try store.append([.kept(1), .kept(2)])
    let (orphan, half) = (Judged.kept(3), "\(Judged.kept(1).sha256).Xy12Zw.new")
    try Self.put(orphan.bytes, as: orphan.sha256, in: log)
    try Self.put([1, 2, 3], as: half, in: log)
    let early = try store.sweep()
    #expect(early.deleted == 0 && early.found == 0, "they are young")
    let sweep = try store.sweep(now: Self.later)
    #expect(sweep.deleted == 1 && sweep.found == 1 && sweep.isDone)
    #expect(!FileManager.default.fileExists(atPath: log.imageFile(half)))
    #expect(try store.image(orphan.sha256) == orphan.bytes && store.quarantineSize().images == 3)
    let again = try store.sweep(now: Self.later)
    #expect(again.deleted == 0 && again.found == 0)
    let verification = try store.verified()
    #expect(verification.words == [] && verification.images == 3)
  }

  @Test("half-written keys, tokens and trials of a killed process are gone after an hour, and nothing else")
  func folderLeftovers() throws {
    let log = try TestLog()
    try log.store().append([.kept(1)])
    let folder = AuditFolder(log.folder.path)
    let key = try folder.signingKey(for: "one").secretText
    let leftovers = ["signing.key.1a2b.new", "signing.pub.x.new", "pages.token.0.new", "quarantine/probe.zz.new"]
    let others = ["signing.key.old", "mine.new", "probe.a.new", "quarantine/mine.new"]
    for name in leftovers + others { try log.folder.file(name, "half of it") }
    #expect(try folder.removeLeftovers() == 0, "they are young")
    #expect(try folder.removeLeftovers(now: Self.later) == leftovers.count)
    for name in leftovers + others {
      let isThere = FileManager.default.fileExists(atPath: "\(log.folder.path)/\(name)")
      #expect(isThere == others.contains(name), "\(name)")
    }
    #expect(try folder.signingKey(for: "one").secretText == key)
  }

  @Test(
    "a new database in an old folder deletes nothing but by its limits, and records that", arguments: [false, true])
  func lostDatabase(encrypts: Bool) throws {
    let log = try TestLog()
    let cipher = encrypts ? try QuarantineCipher(secretText: QuarantineTests.key) : .none
    let images = (0..<300).map { Judged.kept($0) }
    do {
      let store = try log.store(cipher: cipher)
      try store.append(images)
      _ = try store.hold(images[7].sha256, isHeld: true, note: "evidence", reviewer: "anna", by: "one")
    }
    for ending in ["", "-wal", "-shm"] { try? FileManager.default.removeItem(atPath: log.file + ending) }
    let store = try log.store(cipher: cipher)
    let sweep = try store.sweep(now: Self.later)
    #expect(sweep.deleted == 0 && sweep.found == images.count)
    for image in images { #expect(try store.image(image.sha256) == image.bytes) }
    let verification = try store.verified()
    #expect(verification.words == [] && verification.images == images.count)
    _ = try store.prune(to: QuarantineLimits(bytes: 0), by: "one")
    #expect(try Self.prunedImages(store) == Set(images.map(\.sha256)))
    #expect(try store.verified().words == [])
  }

  @Test("an image that was there before its deletion was recorded goes when it is there again")
  func interruptedDeletion() throws {
    let log = try TestLog()
    let (store, image) = (try log.store(), Judged.kept(1))
    try store.append([image])
    _ = try store.prune(to: QuarantineLimits(bytes: 0), by: "one")
    try Self.put(image.bytes, as: image.sha256, changed: .now - .seconds(60), in: log)
    let sweep = try store.sweep(now: Self.later)
    #expect(sweep.deleted == 1 && sweep.found == 0)
    #expect(try store.image(image.sha256) == nil && store.verified().words == [])
  }

  @Test("a database put back to an older copy deletes no image that came again since", arguments: [false, true])
  func olderDatabase(encrypts: Bool) throws {
    let log = try TestLog()
    let cipher = encrypts ? try QuarantineCipher(secretText: QuarantineTests.key) : .none
    let (image, copy) = (Judged.kept(1), "\(log.folder.path)/copy")
    do {
      let store = try log.store(cipher: cipher)
      try store.append([image])
      _ = try store.prune(to: QuarantineLimits(bytes: 0), by: "one")
    }
    try Self.copyDatabase(log.file, to: copy)
    do {
      let store = try log.store(cipher: cipher)
      try store.append([image])
      _ = try store.hold(image.sha256, isHeld: true, note: "evidence", reviewer: "anna", by: "one")
      try Self.setChanged(log.imageFile(image.sha256), .now + .seconds(60))
    }
    try Self.copyDatabase(copy, to: log.file)
    #expect(try Self.states(log) == [[.integer(2), .text("one"), .integer(2)]], "the copy knows it as deleted")
    let store = try log.store(cipher: cipher)
    let sweep = try store.sweep(now: Self.later)
    #expect(sweep.deleted == 0 && sweep.found == 1)
    #expect(try Self.states(log) == [[.integer(0), .null, .null]])
    #expect(try store.image(image.sha256) == image.bytes && store.quarantineSize().images == 1)
    let verification = try store.verified()
    #expect(verification.words == [] && verification.images == 1)
    #expect(try store.sweep(now: Self.later).found == 0)
  }

  @Test(
    "an image goes by no record but that of a deletion", arguments: ["NULL, sequence = NULL", "'one', sequence = 2"])
  func unrecordedDeletion(reference: String) throws {
    let log = try TestLog()
    let (store, image) = (try log.store(), Judged.kept(1))
    try store.append([image, .kept(2)])
    try Self.setChanged(log.imageFile(image.sha256), .now - .seconds(60))
    try log.tamper("UPDATE audit_object SET state = 2, writer = \(reference) WHERE sha256 = '\(image.sha256)'")
    let sweep = try store.sweep(now: Self.later)
    #expect(sweep.deleted == 0 && sweep.found == 1)
    #expect(try store.image(image.sha256) == image.bytes)
  }

  @Test("files that are not the quarantine's are left alone", arguments: ["notes.txt", "AB", "ab.old", "abcd"])
  func foreignFiles(name: String) throws {
    let log = try TestLog()
    let store = try log.store()
    try Self.put([1], as: name, in: log)
    let sweep = try store.sweep(now: Self.later)
    #expect(sweep.deleted == 0 && sweep.found == 0)
    #expect(FileManager.default.fileExists(atPath: log.imageFile(name)))
  }

  @Test("a few hundred files are looked at in one step")
  func steps() throws {
    let log = try TestLog()
    let store = try log.store()
    // All in one part: the bytes are not what their names say.
    for number in 0..<600 {
      let name = "ab" + String(repeating: "0", count: 56) + String(format: "%06d", number)
      try Self.put([1], as: name, in: log)
    }
    var sweep = QuarantineSweep(store, now: Self.later)
    var found: [Int] = []
    while !sweep.isDone {
      try sweep.step()
      found.append(sweep.found)
    }
    #expect(found.contains(256) && found.contains(512) && found.last == 600, "\(found)")
  }
}

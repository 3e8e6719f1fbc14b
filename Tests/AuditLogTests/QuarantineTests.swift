import AuditLog
import Common
import Foundation
import TestSupport
import Testing

struct QuarantineTests {
  static let key = Data((0..<32).map { UInt8($0) }).base64EncodedString()

  private static func code(_ body: () throws -> Void) -> SluiceError.Code? {
    (#expect(throws: SluiceError.self) { try body() })?.code
  }

  @Test("an image is kept once, however often it comes", arguments: Backend.installed)
  func deduplication(backend: Backend) throws {
    let store = try TestLog(backend).store()
    for _ in 0..<3 { try store.append([.kept(1), .kept(2), .kept(1)]) }
    let size = try store.quarantineSize()
    // Each takes a block of the disk.
    #expect(size.images == 2 && size.bytes == 2 * 4096 && size.heldImages == 0)
    #expect(try store.image(Judged.kept(1).sha256) == Judged.kept(1).bytes)
    #expect(try store.image(Judged.kept(3).sha256) == nil && store.image("../../etc/passwd") == nil)
    let verification = try store.verified()
    #expect(verification.words == [] && verification.images == 2)
  }

  @Test("files are for their owner alone")
  func permissions() throws {
    let log = try TestLog()
    let folder = AuditFolder("\(log.folder.path)/state/audit")
    try folder.make()
    let store = try AuditStore(SQLiteDatabase(path: folder.databasePath), folder: folder.path)
    try store.append([.kept(1)])
    _ = try folder.signingKey(for: "one")
    let sha256 = Judged.kept(1).sha256
    func mode(_ path: String) throws -> Int? {
      try FileManager.default.attributesOfItem(atPath: "\(log.folder.path)/state/\(path)")[.posixPermissions] as? Int
    }
    for path in ["", "audit", "audit/quarantine", "audit/quarantine/\(sha256.prefix(2))"] {
      #expect(try mode(path) == 0o700, "\(path)")
    }
    for path in ["audit.sqlite", "audit.sqlite-wal", "signing.key", "quarantine/\(sha256.prefix(2))/\(sha256)"] {
      #expect(try mode("audit/\(path)") == 0o600, "\(path)")
    }
  }

  @Test("encrypted images come back with the key, and are nothing without it", arguments: Backend.installed)
  func encryption(backend: Backend) throws {
    let log = try TestLog(backend)
    let store = try log.store(cipher: QuarantineCipher(secretText: Self.key))
    try store.append([.kept(1), Judged(bytes: [], isKept: true)])
    let image = Judged.kept(1)
    #expect(try store.image(image.sha256) == image.bytes && store.image(digest([])) == [])
    #expect(try store.verified().holds)
    if backend == .sqlite {
      let contents = try Repository.bytes(log.imageFile(image.sha256))
      #expect(contents.starts(with: Array("sluice quarantine 1\n".utf8)) && contents.count == 20 + 12 + 7 + 16)
    }
    let other = Data((1...32).map { UInt8($0) }).base64EncodedString()
    let reader = try log.store(cipher: QuarantineCipher(secretText: other))
    #expect(Self.code { _ = try reader.image(image.sha256) } == .quarantineDamaged)
    #expect(try reader.verified().problems.count == 1)
  }

  @Test(
    "without the key nothing is said of encrypted images; what else does not hold is found",
    arguments: Backend.installed)
  func missingKey(backend: Backend) throws {
    let log = try TestLog(backend)
    try log.store(cipher: QuarantineCipher(secretText: Self.key)).append([.number(1), .kept(2)])
    let reader = try log.store()
    #expect(Self.code { _ = try reader.image(Judged.kept(2).sha256) } == .quarantineEncrypted)
    #expect(Self.code { _ = try reader.verified() } == .quarantineEncrypted)
    #expect(try AuditVerifier(reader, keys: [], checksImages: false).verify().holds)
    // Behind those that cannot be read, or before them.
    for number in 3...8 { try log.store().append([Judged.kept(number)]) }
    #expect(Self.code { _ = try reader.verified() } == .quarantineEncrypted)
    for number in 3...8 { try log.putIntoQuarantine("other", as: Judged.kept(number).sha256) }
    #expect(try reader.verified().brokenImages == 6)
    try log.tamper("UPDATE audit_record SET record = replace(record, 'image.png', 'other.png') WHERE sequence = 1")
    #expect(try reader.verified().words.first?.hasPrefix("one:1 was") == true)
  }

  @Test(
    "after a change of the key, what was encrypted before it is read with the former one", arguments: Backend.installed)
  func formerKeys(backend: Backend) throws {
    let log = try TestLog(backend)
    let former = try QuarantineCipher(secretText: Self.key)
    try log.store(cipher: former).append((1...3).map { Judged.kept($0) })
    let new = Data((1...32).map { UInt8($0) }).base64EncodedString()
    let both = try log.store(cipher: QuarantineCipher(secretText: "\(new)\r\n\n  \(Self.key)\n"))
    try both.append([.kept(4)])
    for number in 1...4 { #expect(try both.image(Judged.kept(number).sha256) == Judged.kept(number).bytes) }
    #expect(try both.verified().words == [])
    let newAlone = try log.store(cipher: QuarantineCipher(secretText: new))
    #expect(try newAlone.image(Judged.kept(4).sha256) == Judged.kept(4).bytes, "the first key encrypts")
    let verification = try newAlone.verified()
    #expect(verification.problems.count == 1 && verification.brokenImages == 3 && verification.images == 1)
    #expect(verification.words[0].hasSuffix(" (the first of 3 kept images that do not hold)"))
    #expect(try log.store(cipher: former).verified().brokenImages == 1)
  }

  @Test(
    "of several keys each is one",
    arguments: ["\(key)\npassword", "password\n\(key)", "\(key)\n\(key.dropLast(4))", "\n\n"])
  func wrongKeys(text: String) {
    #expect(Self.code { _ = try QuarantineCipher(secretText: text) } == .invalidKey)
  }

  @Test(
    "bytes that are at hand replace what is broken in the quarantine",
    arguments: ["", "sluice quarantine 1\n", "image"], Backend.installed)
  func brokenBytes(contents: String, backend: Backend) throws {
    let log = try TestLog(backend)
    let (store, image) = (try log.store(), Judged.kept(1))
    try store.append([image])
    try log.putIntoQuarantine(contents, as: image.sha256)
    try store.append([image])
    #expect(try store.image(image.sha256) == image.bytes)
    #expect(try store.verified().words == [])
  }

  @Test("an image that comes again once there is a key is encrypted, and stays so", arguments: Backend.installed)
  func laterKey(backend: Backend) throws {
    let (log, image) = (try TestLog(backend), Judged.kept(1))
    let cipher = try QuarantineCipher(secretText: Self.key)
    try log.store().append([image])
    try log.store(cipher: cipher).append([image])
    for _ in 0..<2 {
      #expect(Self.code { _ = try log.store().image(image.sha256) } == .quarantineEncrypted, "there is no key")
      #expect(try log.store(cipher: cipher).image(image.sha256) == image.bytes)
      try log.store().append([image])
    }
  }

  @Test("a link in the place of an image is replaced, not followed")
  func link() throws {
    let log = try TestLog()
    let (store, image) = (try log.store(), Judged.kept(1))
    let victim = try log.folder.file("victim", "not to be changed")
    try store.append([image])
    try FileManager.default.removeItem(atPath: log.imageFile(image.sha256))
    try FileManager.default.createSymbolicLink(atPath: log.imageFile(image.sha256), withDestinationPath: victim)
    try store.append([image])
    #expect(try store.image(image.sha256) == image.bytes)
    #expect(try Repository.bytes(victim) == Array("not to be changed".utf8))
  }

  @Test(
    "a link or a pipe in the place of an image is not the image, whatever it leads to",
    arguments: ["ln -s ../copy", "mkfifo"])
  func noFile(command: String) throws {
    let log = try TestLog()
    let (store, image) = (try log.store(), Judged.kept(1))
    try store.append([image, .kept(2)])
    let file = log.imageFile(image.sha256)
    try SluiceCommand.shell("cd '\(log.quarantine)' && mv '\(file)' copy && \(command) '\(file)'").check()
    #expect(Self.code { _ = try store.image(image.sha256) } == .quarantineDamaged)
    let verification = try store.verified()
    #expect(verification.words == ["in the place of the bytes kept as \(image.sha256) there is no file"])
    #expect(verification.images == 1 && verification.brokenImages == 1)
    #expect(try !AuditVerifier(store, keys: [], checksImages: false).verify().holds)
    try store.append([image])
    #expect(try store.image(image.sha256) == image.bytes && store.verified().words == [])
  }

  @Test("encrypted files that were swapped, cut or changed in any byte are damaged")
  func encryptedDamage() throws {
    let log = try TestLog()
    let store = try log.store(cipher: QuarantineCipher(secretText: Self.key))
    try store.append([.kept(1), .kept(2)])
    let (one, two) = (Judged.kept(1).sha256, Judged.kept(2).sha256)
    let contents = try Repository.bytes(log.imageFile(one))
    for place in contents.indices {
      var changed = contents
      changed[place] ^= 1
      try Data(changed).write(to: URL(filePath: log.imageFile(one)))
      #expect(Self.code { _ = try store.image(one) } == .quarantineDamaged)
    }
    for count in [0, 19, 20, 40, contents.count - 1] {
      try Data(contents.prefix(count)).write(to: URL(filePath: log.imageFile(one)))
      #expect(Self.code { _ = try store.image(one) } == .quarantineDamaged)
    }
    try Data(contents).write(to: URL(filePath: log.imageFile(two)))
    #expect(Self.code { _ = try store.image(two) } == .quarantineDamaged)
  }

  @Test(
    "keys are 32 bytes in base64 or hexadecimal",
    arguments: [
      (key, true), (String(repeating: "0f", count: 32), true), (String(repeating: "0F", count: 32) + "\n", true),
      ("", false), ("password", false), (String(repeating: "0f", count: 31), false), (key + "AAAA", false),
      (String(key.dropLast(4)), false), (String(repeating: "0g", count: 32), false),
    ])
  func keys(text: String, isKey: Bool) throws {
    if isKey {
      #expect(try QuarantineCipher(secretText: text).encrypts)
    } else {
      let error = #expect(throws: SluiceError.self) { try QuarantineCipher(secretText: text) }
      #expect(error?.code == .invalidKey && (text.isEmpty || error?.description.contains(text) == false))
    }
  }

  private static let start = AuditTime(microseconds: 1_800_000_000_000_000)

  /// A log with images 0 to 9 of seven bytes each, one a minute from `start` on.
  private static func tenImages(_ backend: Backend) throws -> (log: TestLog, store: AuditStore) {
    let log = try TestLog(backend)
    let store = try log.store()
    for number in (0..<10).reversed() { try store.append([.kept(number, time: start + .seconds(number * 60))]) }
    return (log, store)
  }

  private static func kept(_ store: AuditStore) throws -> [Int] {
    try (0..<10).filter { try store.image(Judged.kept($0).sha256) != nil }
  }

  @Test(
    "the oldest images go, by age and by size, as the dry run says",
    arguments: [
      (QuarantineLimits(), 0), (QuarantineLimits(age: .seconds(300)), 5), (QuarantineLimits(age: .seconds(301)), 5),
      (QuarantineLimits(bytes: 40_960), 0), (QuarantineLimits(bytes: 40_959), 1), (QuarantineLimits(bytes: 12_288), 7),
      (QuarantineLimits(bytes: 0), 10), (QuarantineLimits(bytes: 24_576, age: .seconds(120)), 8),
      (QuarantineLimits(bytes: 4096, age: .seconds(540)), 9),
    ], Backend.installed)
  func limits(_ given: (limits: QuarantineLimits, deleted: Int), backend: Backend) throws {
    let (_, store) = try Self.tenImages(backend)
    let now = Self.start + .seconds(600)
    let expected = try store.pruningPreview(to: given.limits, now: now)
    #expect(expected.images == given.deleted && expected.bytes == given.deleted * 4096)
    #expect(try store.prune(to: given.limits, now: now, by: "upkeep") == expected)
    #expect(try Self.kept(store) == Array(given.deleted..<10))
    #expect(try store.pruningPreview(to: given.limits, now: now).images == 0)
    var query = AuditQuery()
    #expect(try store.count(query) == 10)
    query.kind = .pruned
    #expect(try store.records(query, limit: 10).flatMap { $0.json["images"]?.elements ?? [] }.count == given.deleted)
    #expect(try store.verified().words == [])
  }

  @Test("more images than one transaction deletes", arguments: Backend.installed)
  func manyImages(backend: Backend) throws {
    let store = try TestLog(backend).store()
    try store.append((0..<450).map { Judged.kept($0, time: Self.start + .seconds($0)) })
    let size = try store.quarantineSize().bytes
    let limits = QuarantineLimits(bytes: size / 10)
    let expected = try store.pruningPreview(to: limits)
    #expect(expected.images > 400 && size - expected.bytes <= size / 10)
    #expect(try store.prune(to: limits, by: "upkeep") == expected)
    #expect(try store.quarantineSize().images == 450 - expected.images)
    #expect(try store.verified().words == [])
  }

  @Test("held images stay, and go when they are let go", arguments: Backend.installed)
  func holds(backend: Backend) throws {
    let (_, store) = try Self.tenImages(backend)
    let held = Judged.kept(2).sha256
    _ = try store.hold(held, isHeld: true, note: "evidence", reviewer: "anna", by: "reviews")
    #expect(try store.quarantineSize().heldImages == 1)
    #expect(try store.prune(to: QuarantineLimits(bytes: 0), by: "upkeep").images == 9)
    #expect(try Self.kept(store) == [2])
    #expect(try store.find(held)[0].image?.isHeld == true)
    _ = try store.hold(held, isHeld: false, note: nil, reviewer: "anna", by: "upkeep")
    #expect(try store.verified().words == [])
    #expect(try store.prune(to: QuarantineLimits(bytes: 0), by: "upkeep").images == 1)
    #expect(try store.find(held)[0].image?.isStored == false)
    let error = #expect(throws: SluiceError.self) {
      try store.hold(held, isHeld: true, note: nil, reviewer: "anna", by: "reviews")
    }
    #expect(error?.code == .noSuchRecord)
    #expect(try store.verified().words == [])
  }

  @Test("an image that comes again after its deletion is kept again", arguments: Backend.installed)
  func comingAgain(backend: Backend) throws {
    let (_, store) = try Self.tenImages(backend)
    for _ in 0..<2 {
      _ = try store.prune(to: QuarantineLimits(bytes: 0), by: "one")
      try store.append([.kept(4)])
      #expect(try Self.kept(store) == [4])
      #expect(try store.verified().words == [])
    }
  }

  @Test(
    "a deletion that was interrupted is finished by the next", arguments: [false, true], Backend.installed)
  func interruption(isFileGone: Bool, backend: Backend) throws {
    let (log, store) = try Self.tenImages(backend)
    _ = try store.prune(to: QuarantineLimits(bytes: 9 * 4096), by: "upkeep")
    let sha256 = Judged.kept(0).sha256
    try log.tamper("UPDATE audit_object SET state = 1 WHERE sha256 = '\(sha256)'")
    if !isFileGone {
      if backend == .sqlite {
        try Data(Judged.kept(0).bytes).write(to: URL(filePath: log.imageFile(sha256)))
      } else {
        try log.tamper("INSERT INTO audit_image VALUES ('\(sha256)', 'image 0')")
      }
    }
    #expect(try store.verified().words == [])
    #expect(try store.prune(to: QuarantineLimits(), by: "upkeep").images == 0)
    #expect(try store.image(sha256) == nil)
    #expect(try log.rows("SELECT state FROM audit_object WHERE sha256 = '\(sha256)'").map { $0.integer(0) } == [2])
    #expect(try store.verified().words == [])
  }

  @Test("an image whose deletion was announced and that comes again stays", arguments: Backend.installed)
  func comingDuringDeletion(backend: Backend) throws {
    let (log, store) = try Self.tenImages(backend)
    _ = try store.prune(to: QuarantineLimits(bytes: 9 * 4096), by: "upkeep")
    try log.tamper("UPDATE audit_object SET state = 1 WHERE sha256 = '\(Judged.kept(0).sha256)'")
    try store.append([.kept(0)])
    _ = try store.prune(to: QuarantineLimits(), by: "upkeep")
    #expect(try Self.kept(store) == Array(0..<10))
    #expect(try store.verified().words == [])
  }
}

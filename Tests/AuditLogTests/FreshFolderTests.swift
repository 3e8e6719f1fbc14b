import AuditLog
import Common
import Foundation
import Synchronization
import TestSupport
import Testing

/// Folders that several make at the same time.
struct FreshFolderTests {
  private static let (rounds, threads) = (40, 8)

  /// What each of several threads gets of a fresh folder, all at once.
  private static func race<Value: Sendable>(
    _ path: String, _ work: @escaping @Sendable (AuditFolder, Int) throws -> Value
  ) throws -> [Value] {
    let results = Mutex<[Result<Value, any Error>]>([])
    let (ready, go) = (DispatchSemaphore(value: 0), DispatchSemaphore(value: 0))
    let group = DispatchGroup()
    for number in 0..<threads {
      let thread = Thread {
        ready.signal()
        go.wait()
        let result = Result { try work(AuditFolder(path), number) }
        results.withLock { $0.append(result) }
        group.leave()
      }
      group.enter()
      thread.start()
    }
    for _ in 0..<threads { ready.wait() }
    for _ in 0..<threads { go.signal() }
    group.wait()
    return try results.withLock { $0 }.map { try $0.get() }
  }

  @Test("all sign with one key, which verifies")
  func signingKey() throws {
    let folder = try TemporaryFolder()
    for round in 0..<Self.rounds {
      let path = "\(folder.path)/\(round)/audit"
      let keys = try Self.race(path) { folder, number in
        try folder.make()
        return try folder.signingKey(for: "writer-\(number)").verification
      }
      #expect(Set(keys).count == 1)
      #expect(try AuditFolder(path).verificationKeys() == [keys[0]])
    }
  }

  @Test("keys of their own are all among those that verify")
  func separateKeys() throws {
    let folder = try TemporaryFolder()
    for round in 0..<Self.rounds {
      let path = "\(folder.path)/\(round)"
      let keys = try Self.race(path) { folder, number in
        try folder.make()
        return try folder.signingKey(in: "\(path)/key-\(number)", for: "one").verification
      }
      #expect(Set(keys).count == Self.threads)
      #expect(Set(try AuditFolder(path).verificationKeys()) == Set(keys))
    }
  }

  @Test("all have one secret, and what lies in its file is it")
  func secret() throws {
    let folder = try TemporaryFolder()
    for round in 0..<Self.rounds {
      let path = "\(folder.path)/\(round)"
      let secrets = try Self.race(path) { folder, number in
        try folder.make()
        return try folder.secret("pages.token") { "secret-\(number)" }
      }
      #expect(Set(secrets).count == 1)
      #expect(try Repository.bytes("\(path)/pages.token") == Array((secrets[0] + "\n").utf8))
    }
  }

  @Test("all open one log, write to it and sign, and it verifies")
  func log() throws {
    let folder = try TemporaryFolder()
    for round in 0..<Self.rounds / 4 {
      let path = "\(folder.path)/\(round)"
      _ = try Self.race(path) { folder, number in
        try folder.make()
        let store = try folder.alone { () throws(SluiceError) in
          try AuditStore(SQLiteDatabase(path: folder.databasePath), folder: path)
        }
        let key = try folder.signingKey(for: "one")
        try store.append([.kept(number)])
        _ = try store.checkpoint(of: "one", signedBy: key)
      }
      let store = try AuditStore(
        SQLiteDatabase(path: path + "/audit.sqlite", isReadOnly: true), folder: path, isReadOnly: true)
      let verification = try store.verified(keys: AuditFolder(path).verificationKeys())
      #expect(verification.words == [] && verification.records == Self.threads)
      #expect(verification.writers.map(\.signedThrough) == [Self.threads])
      // Nothing half-made is left.
      let names = try FileManager.default.contentsOfDirectory(atPath: path).filter { !$0.hasPrefix("audit.sqlite") }
      #expect(Set(names) == ["quarantine", "signing.key", "signing.pub", "lock"])
    }
  }
}

import AuditLog
import Common
import Foundation
import TestSupport
import Testing

struct CheckpointTests {
  private static let key = AuditSigningKey(writer: "one")

  private static func signed() throws -> (store: AuditStore, note: SignedCheckpoint) {
    let store = try TestLog().store()
    try store.append([.number(1), .number(2)])
    return (store, try #require(try store.checkpoint(of: "one", signedBy: key)))
  }

  @Test("a note says where the chain stood, and comes back from its text", arguments: Backend.installed)
  func roundTrip(backend: Backend) throws {
    let store = try TestLog(backend).store()
    #expect(try store.checkpoint(of: "one", signedBy: Self.key) == nil && store.lastCheckpoint(of: "one") == nil)
    let now = AuditTime.now
    for sequence in 1...3 {
      try store.append([.number(sequence)])
      let note = try #require(try store.checkpoint(of: "one", signedBy: Self.key, now: now))
      let head = try store.heads()[0]
      #expect(note.checkpoint == Checkpoint(writer: "one", sequence: sequence, hash: head.hash, time: now))
      #expect(try SignedCheckpoint(note.text) == note && note.isSigned(byOneOf: [Self.key.verification]))
      #expect(!note.isSigned(byOneOf: []) && !note.isSigned(byOneOf: [AuditSigningKey(writer: "one").verification]))
      #expect(try store.lastCheckpoint(of: "one") == note.checkpoint && store.lastCheckpoint(of: "two") == nil)
      let lines = note.text.split(separator: "\n", omittingEmptySubsequences: false)
      #expect(lines.count == 7 && lines[0] == "sluice-audit/one" && lines[1] == "\(sequence)" && lines[3] == now.text)
      #expect(lines[4].isEmpty && lines[5].hasPrefix("— sluice-audit/one ") && lines[6].isEmpty)
    }
  }

  @Test(
    "a chain that goes on from the last checkpoint is signed, and one that stands still is not",
    arguments: Backend.installed)
  func goingOn(backend: Backend) throws {
    let store = try TestLog(backend).store()
    var last: Checkpoint?
    for sequence in 1...3 {
      try store.append([.number(sequence)])
      last = try #require(try store.checkpoint(of: "one", signedBy: Self.key, after: last)).checkpoint
      #expect(last?.sequence == sequence)
      #expect(try store.checkpoint(of: "one", signedBy: Self.key, after: last) == nil)
    }
    #expect(try store.verified(keys: [Self.key.verification]).writers.map(\.signedThrough) == [3])
  }

  @Test(
    "a log in which what was signed last is not there any more is not signed again",
    arguments: ["rewritten", "cut off", "put back"], Backend.installed)
  func rewritten(how: String, backend: Backend) throws {
    let log = try TestLog(backend)
    let store = try log.store()
    try store.append([.number(1), .number(2), .number(3)])
    let last = try #require(try store.checkpoint(of: "one", signedBy: Self.key)).checkpoint
    switch how {
    case "rewritten": try log.rewrite("one", from: 2) { $0.replacing("adversarial", with: "clean") }
    case "cut off": try log.tamper("DELETE FROM audit_record WHERE sequence = 3")
    default: break
    }
    try log.tamper("DELETE FROM audit_checkpoint")
    if how != "rewritten" {
      try log.tamper(
        "UPDATE audit_writer SET sequence = 2, hash = (SELECT hash FROM audit_record WHERE sequence = 2)")
    }
    if how != "put back" { try store.append([.number(4), .number(5)]) }
    let error = #expect(throws: SluiceError.self) {
      try store.checkpoint(of: "one", signedBy: Self.key, after: last)
    }
    #expect(error?.code == .auditRewritten && error?.message.hasPrefix("record one:3 ") == true, "\(error as Any)")
    #expect(try log.rows("SELECT note FROM audit_checkpoint").isEmpty)
    _ = try store.checkpoint(of: "one", signedBy: Self.key)
    #expect(
      try log.rows("SELECT note FROM audit_checkpoint").count == 1, "whoever remembers nothing signs what is there")
  }

  @Test(
    "a text that is no note is refused",
    arguments: [
      ("sluice-audit/one", "sluice-audit/"), ("sluice-audit/", "other/"), ("sluice-audit/one\n", "sluice-audit/o e\n"),
      ("\n2\n", "\n02\n"), ("\n2\n", "\n0\n"), ("\n2\n", "\n-2\n"), ("\n2\n", "\n+2\n"),
      ("\n2\n", "\n99999999999999999999\n"),
      ("=\n", "\n"), ("Z\n", "\n"), ("Z\n", "Z\nmore\n"), ("\n\n", "\n"), ("\n\n", "\n\n\n"), ("— ", "- "),
      ("— ", "—  "),
      ("\n", "\r\n"), ("— sluice", "—\u{A0}sluice"), ("T", " "),
    ])
  func malformed(part: String, replacement: String) throws {
    let text = try Self.signed().note.text
    let wrong = text.replacing(part, with: replacement, maxReplacements: 1)
    #expect(wrong != text)
    let error = #expect(throws: SluiceError.self) { try SignedCheckpoint(wrong) }
    #expect(error?.code == .invalidCheckpoint && error?.remedy != nil)
  }

  @Test("a text that is cut anywhere, doubled or far too long is refused")
  func cutNotes() throws {
    let text = try Self.signed().note.text
    for wrong in (0..<text.count).map({ String(text.prefix($0)) }) {
      #expect(throws: SluiceError.self) { try SignedCheckpoint(wrong) }
    }
    for wrong in [text + text, text + "\n", "\n" + text, String(repeating: "a\n", count: 100_000)] {
      #expect(throws: SluiceError.self) { try SignedCheckpoint(wrong) }
    }
  }

  @Test("a note whose statement was changed is not signed any more")
  func changedNotes() throws {
    let note = try Self.signed().note
    for (part, replacement) in [("\n2\n", "\n3\n"), ("/one\n", "/two\n"), ("\n20", "\n21")] {
      let changed = try SignedCheckpoint(note.text.replacing(part, with: replacement, maxReplacements: 1))
      #expect(!changed.isSigned(byOneOf: [Self.key.verification]))
    }
    let renamed = try SignedCheckpoint(note.text.replacing("— sluice-audit/one", with: "— sluice-audit/two"))
    #expect(!renamed.isSigned(byOneOf: [Self.key.verification]))
  }

  @Test("keys come back from their texts")
  func keyTexts() throws {
    let secret = try AuditSigningKey(secretText: Self.key.secretText)
    #expect(secret.verification == Self.key.verification && secret.secretText == Self.key.secretText)
    #expect(try AuditVerificationKey(Self.key.verification.text) == Self.key.verification)
    #expect(Self.key.verification.text.hasPrefix("sluice-audit/one+"))
    #expect(Self.key.secretText.hasPrefix("PRIVATE+KEY+sluice-audit/one+"))
  }

  /// The example of the C2SP description of signed notes.
  @Test("a key by another program is read")
  func foreignKey() throws {
    let text = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
    #expect(try AuditVerificationKey(text).text == text && AuditVerificationKey(text).name == "PeterNeumann")
  }

  @Test(
    "a text that is no key is refused",
    arguments: [
      ("", ""), ("+", ""), ("+", "++"), ("one", "two"), ("one+", "one+0"), ("sluice-audit/one", ""),
      ("+A", "+B"), ("/one", "/ one"), ("+A", "+ A"),
    ])
  func malformedKeys(part: String, replacement: String) {
    func changed(_ text: String) -> String {
      part.isEmpty ? "" : text.replacing(part, with: replacement, maxReplacements: 1)
    }
    let open = Self.key.verification.text
    let secret = "PRIVATE+KEY+" + changed(String(Self.key.secretText.dropFirst(12)))
    #expect((#expect(throws: SluiceError.self) { try AuditVerificationKey(changed(open)) })?.code == .invalidKey)
    let error = #expect(throws: SluiceError.self) { try AuditSigningKey(secretText: secret) }
    #expect(error?.code == .invalidKey && error?.description.contains("sluice-audit/") == false)
  }

  @Test("the folder keeps its key, for its owner alone, and lists every key it ever signed with")
  func keyFiles() throws {
    let log = try TestLog()
    // The folder goes with it.
    defer { withExtendedLifetime(log) {} }
    let folder = AuditFolder(log.folder.path + "/a/b")
    try folder.make()
    #expect(try folder.verificationKeys() == [] && (try? folder.checkHasDatabase()) == nil)
    let key = try folder.signingKey(for: "one")
    for _ in 0..<2 { #expect(try folder.signingKey(for: "two").secretText == key.secretText) }
    let mode = try FileManager.default.attributesOfItem(atPath: folder.signingKeyPath)[.posixPermissions] as? Int
    #expect(mode == 0o600)
    let other = try folder.signingKey(in: folder.path + "/other.key", for: "one")
    #expect(try folder.verificationKeys() == [key.verification, other.verification])
    #expect(try AuditFolder.verificationKeys(in: folder.path + "/none") == nil)
    for wrong in ["", "secret", String(key.secretText.dropLast())] {
      try Data(wrong.utf8).write(to: URL(filePath: folder.signingKeyPath))
      let error = #expect(throws: SluiceError.self) { try folder.signingKey(for: "one") }
      #expect(error?.code == .invalidKey && error?.message.hasPrefix("\(folder.signingKeyPath): this ") == true)
    }
  }

  @Test(
    "a log that nobody has named a folder for lies among the state of its user",
    arguments: [
      (["STATE_DIRECTORY": "/var/lib/sluice:/x", "HOME": "/h"], "/var/lib/sluice/audit"),
      (["XDG_STATE_HOME": "/s", "HOME": "/h"], "/s/sluice/audit"),
      (["XDG_STATE_HOME": "", "HOME": "/h"], "/h/.local/state/sluice/audit"),
      (["XDG_STATE_HOME": "relative", "HOME": "/h"], "/h/.local/state/sluice/audit"),
      ([:], "/u/.local/state/sluice/audit"), (["HOME": ""], "/u/.local/state/sluice/audit"),
    ])
  func standardFolder(environment: [String: String], path: String) throws {
    #expect(try AuditFolder.standardPath(environment) { "/u" } == path)
  }

  @Test(
    "where nothing says who the user is, a log lies nowhere unless its folder is named",
    arguments: [([:], nil), (["XDG_STATE_HOME": "", "HOME": ""], ""), (["HOME": "."], "/u")]
      as [([String: String], String?)])
  func noStandardFolder(environment: [String: String], home: String?) {
    let error = #expect(throws: SluiceError.self) { try AuditFolder.standardPath(environment) { home } }
    #expect(error?.code == .auditUnavailable && error?.remedy?.contains("--audit") == true)
  }
}

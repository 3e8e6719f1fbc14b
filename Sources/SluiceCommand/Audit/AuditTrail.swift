import AuditLog
import Auditing
import Common
import FilterPipeline

/// The audit log of one run of the filter.
struct AuditTrail {
  let recorder: AuditRecorder
  private let key: AuditSigningKey
  private let name = AuditWriterName.ofThisHost

  /// - Parameters:
  ///   - folder: with the log; beside a shared database, with the keys.
  ///   - database: a shared one; `nil` for that in the folder.
  /// - Throws: `audit-unavailable`, `invalid-key`.
  init(_ folder: String, database: String?) throws(SluiceError) {
    let location = try AuditLocation.written(to: folder, database: database)
    let store = try location.open()
    key = try location.folder.signingKey(for: name)
    recorder = AuditRecorder(AuditWriter(store, name: name), RecordingPolicy(build: Version.number))
  }

  func open(_ filter: FilterIdentity) async throws(SluiceError) {
    try await recorder.open(filter, key: key.verification)
  }

  /// Signs what the run has added.
  func sign() async throws(SluiceError) {
    let (name, key) = (name, key)
    try await recorder.writer.perform { store throws(SluiceError) in
      _ = try store.checkpoint(of: name, signedBy: key)
    }
  }
}

import AuditLog
import Auditing
import Common
import FilterPipeline

/// The audit log of one run of the filter.
struct AuditTrail {
  let recorder: AuditRecorder
  private let key: AuditSigningKey
  private let name = AuditWriterName.ofThisHost

  /// - Throws: `audit-unavailable`, `invalid-key`.
  init(_ folder: String) throws(SluiceError) {
    // As the gateway does: beside a shared database, the folder holds the keys.
    let location = try AuditLocation.named(
      folder: folder, database: AuditLocation.sharedDatabase, encrypts: true)
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

import AuditLog
import FilterPipeline

/// A record on its way to a program that gathers security events: what every form of it says.
struct ExportedRecord {
  let record: StoredRecord
  let said: RecordedVerdict
  /// What a record of a search says.
  let search: RecordedSearch?

  init(_ record: StoredRecord) {
    self.record = record
    said = record.verdict
    search = record.knownKind == .search ? record.search : nil
  }

  /// How urgent it is that somebody looks at it.
  enum Severity {
    case informational, low, high
  }

  var severity: Severity {
    guard search == nil else { return .high }
    return switch said.outcome {
    case .adversarial: .high
    case .rejected, .failed: .low
    case .clean, nil: .informational
    }
  }
}

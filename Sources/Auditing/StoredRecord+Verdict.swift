import AuditLog
import FilterPipeline

extension StoredRecord {
  /// What the record says of a verdict, as far as it can be read; records of other kinds say little of it.
  ///
  /// - Complexity: O(length of the record): whoever asks more than once keeps it.
  package var verdict: RecordedVerdict { RecordedVerdict.salvaged(from: json).verdict }
}

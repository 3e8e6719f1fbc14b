import AuditLog

/// A table that takes one record after the other.
protocol AuditListing {
  var isEmpty: Bool { get }
  var text: String { get }

  mutating func append(_ record: StoredRecord)
}

import AuditLog
import Auditing
import Common
import FilterPipeline

/// A list of records, and what to filter it by.
struct RecordsView {
  private let filter: RecordFilter
  private let pipeline: Pipeline
  private let records: [StoredRecord]
  private let hasOlder: Bool
  private let count: Int
  private let detectors: [String]

  private static let length = 40
  /// Counting more would keep the reader waiting for a number that says no more.
  private static let maxCounted = 10_000

  /// - Throws: `audit-unavailable`.
  init(_ filter: RecordFilter, _ pipeline: Pipeline, _ log: PermittedLog) throws(SluiceError) {
    self.filter = filter
    self.pipeline = pipeline
    let found = try log.records(filter.query, after: filter.cursor, limit: Self.length + 1)
    records = Array(found.prefix(Self.length))
    hasOlder = found.count > Self.length
    count = try log.count(filter.query, atMost: Self.maxCounted + 1)
    detectors = try log.detectors()
  }

  var values: [String: Any] {
    var values: [String: Any] = [
      "isRecords": true, "title": "Records", "countText": countText,
      "rows": records.map { RowView($0, pipeline, link: filter.text()).values },
      "hasRows": !records.isEmpty, "hasOlder": hasOlder, "hasNewest": filter.cursor != nil,
      "olderHref": records.last.map { "/audit/records" + filter.text(after: $0) } ?? "",
      "newestHref": "/audit/records" + filter.text(), "exportHref": "/audit/records.ndjson" + filter.text(),
      "verdicts": Verdict.Outcome.allCases.map { outcome in
        choice(outcome.rawValue, outcome.rawValue, filter.query.verdicts.contains(outcome.rawValue))
      },
      "detectors": detectors.map { choice($0, $0, filter.query.detector == $0) },
      "reviews": [choice("", "any", filter.query.review == nil)]
        + AuditQuery.ReviewState.allCases.map { choice($0.rawValue, $0.rawValue, filter.query.review == $0) },
    ]
    for name in ["since", "until", "client", "source", "digest", "request", "search"] { values[name] = filter[name] }
    return values
  }

  private var countText: String {
    let counted = count > Self.maxCounted ? "more than \(PageText.count(Self.maxCounted))" : PageText.count(count)
    return ([counted + (count == 1 ? " record" : " records")] + filter.complaints).joined(separator: "; ")
  }

  private func choice(_ value: String, _ label: String, _ isChosen: Bool) -> [String: Any] {
    ["value": value, "label": label, "isChosen": isChosen]
  }
}

import AuditLog
import Auditing
import Common
import FilterPipeline

/// A list of the searches that were noticed, each by its last record.
struct SearchesView {
  private let filter: RecordFilter
  private let records: [StoredRecord]
  private let hasOlder: Bool

  private static let length = 30

  /// - Throws: `audit-unavailable`.
  init(_ filter: RecordFilter, _ log: PermittedLog) throws(SluiceError) {
    self.filter = filter
    var query = filter.query
    (query.kind, query.isLastOfSearch) = (.search, true)
    let found = try log.records(query, after: filter.cursor, limit: Self.length + 1)
    records = Array(found.prefix(Self.length))
    hasOlder = found.count > Self.length
  }

  var values: [String: Any] {
    [
      "isSearches": true, "title": "Searches", "rows": records.map(row), "hasRows": !records.isEmpty,
      "hasOlder": hasOlder, "hasNewest": filter.cursor != nil, "complaints": filter.complaints.joined(separator: "; "),
      "olderHref": records.last.map { SearchView.list + filter.text(after: $0) } ?? "",
      "newestHref": SearchView.list + filter.text(),
    ]
  }

  private func row(_ record: StoredRecord) -> [String: Any] {
    let course = SearchCourse(record.search)
    let search = course.search
    func picture(_ place: Int?) -> String {
      guard let place, course.questions[place].pixels != nil else { return "" }
      return SearchView.fingerprint(place, of: record.reference)
    }
    let pictures = [picture(course.questions.indices.first), picture(course.questions.indices.last)]
    return [
      "href": SearchView.address(of: search.id ?? ""), "name": search.id ?? "", "text": course.text,
      "pictures": pictures.filter { !$0.isEmpty }.map { ["src": $0] }, "action": search.action ?? "",
      "clients": SearchView.clients(search), "hasClients": !search.clients.isEmpty,
      "chart": SearchChart(course)?.small ?? "", "time": record.time.text, "timeText": record.time.shortText,
      "questions": PageText.count(search.questions ?? course.questions.count),
    ]
  }
}

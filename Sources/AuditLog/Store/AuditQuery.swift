import Common

/// Which records are wanted.
package struct AuditQuery: Sendable, Hashable {
  package enum ReviewState: String, Sendable, Hashable, CaseIterable {
    /// Nobody has said anything about the image.
    case unreviewed
    case confirmed
    case cleared
  }

  package var kind = AuditKind.verdict
  package var since: AuditTime?
  /// Records before this moment.
  package var until: AuditTime?
  /// Any of these; all where there is none.
  package var verdicts: Set<String> = []
  /// A detector that flagged.
  package var detector: String?
  package var client: String?
  /// A part of the source's name, without regard to case.
  package var source: String?
  package var request: String?
  /// The beginning of the image's digest.
  package var digest: String?
  /// The digest of the filter.
  package var filter: String?
  package var review: ReviewState?
  package var writer: String?
  /// The search that they belong to.
  package var search: String?
  /// Of each search that there are several records of, only the last.
  package var isLastOfSearch = false
  package var isOldestFirst = false

  package init() {}

  /// A place between records, in the order of the query.
  package struct Cursor: Sendable, Hashable {
    /// Time, writer and number as the database has them: another place could lie before the record, and be reached again and again.
    let values: [SQLValue]

    package init(_ record: StoredRecord) { self = record.place }

    package init(time: AuditTime, reference: AuditReference) {
      values = [.integer(time.microseconds), .text(reference.writer), .integer(reference.sequence)]
    }

    init(values: [SQLValue]) { self.values = values }

    /// - Throws: `audit-unavailable` for what only a stranger can have put there, and nothing can be asked about.
    func checkIsAskable() throws(SluiceError) {
      for case .bytes in values {
        throw SluiceError(
          .auditUnavailable, "there are records whose place among the others is damaged",
          remedy: "verify the log, and examine it")
      }
    }
  }
}

/// A query as SQL.
struct AuditCondition {
  private(set) var terms: [String] = []
  private(set) var values: [SQLValue] = []

  /// - Parameters:
  ///   - form: that of the tables.
  init(_ query: AuditQuery, _ dialect: SQLDialect, form: Int) {
    // What the index of verdicts and that of the few other records each recognise.
    terms.append(query.kind == .verdict ? "r.verdict IS NOT NULL" : query.kind.amongOthers("r.kind"))
    if let since = query.since { add("r.time >= ?", .integer(since.microseconds)) }
    if let until = query.until { add("r.time < ?", .integer(until.microseconds)) }
    addVerdicts(query.verdicts.sorted())
    if let client = query.client { add("r.client = ?", Self.listed(client)) }
    if let request = query.request { add("r.request = ?", Self.listed(request)) }
    if let filter = query.filter { add("r.filter = ?", Self.listed(filter)) }
    if let writer = query.writer { add("r.writer = ?", .text(writer)) }
    if let digest = query.digest {
      // A range instead of a pattern: every database finds it by the index.
      add("r.sha256 >= ?", .text(digest))
      add("r.sha256 < ?", .text(digest + "g"))
    }
    if let source = query.source {
      add(
        "r.source \(dialect.like) ? ESCAPE '\\'",
        .text("%\(RecordColumns.indexable(source).escaping("\\%_", with: "\\"))%"))
    }
    if let detector = query.detector {
      add(
        """
        EXISTS (SELECT 1 FROM audit_flag f
          WHERE f.writer = r.writer AND f.sequence = r.sequence AND f.detector = ?)
        """, Self.listed(detector))
    }
    if let review = query.review { addReview(review) }
    addSearch(query, form)
  }

  private mutating func addVerdicts(_ verdicts: [String]) {
    guard !verdicts.isEmpty else { return }
    terms.append("r.verdict IN (\(verdicts.map { parameter(.text($0)) }.joined(separator: ", ")))")
  }

  private mutating func addSearch(_ query: AuditQuery, _ form: Int) {
    guard query.search != nil || query.isLastOfSearch else { return }
    guard form >= AuditSchema.formWithSearches else { return terms.append("1 = 0") }
    if let search = query.search {
      add("r.search = ?", Self.listed(search))
      // What the index has behind the search, and before the time.
      add("r.kind = ?", .text(query.kind.rawValue))
    }
    guard query.isLastOfSearch else { return }
    terms.append(
      """
      NOT EXISTS (SELECT 1 FROM audit_record n WHERE n.search = r.search AND n.kind = r.kind
        AND (n.time, n.writer, n.sequence) > (r.time, r.writer, r.sequence))
      """)
  }

  private mutating func addReview(_ state: AuditQuery.ReviewState) {
    switch state {
    case .unreviewed: terms.append("v.label IS NULL")
    case .confirmed: add("v.label = ?", .text(ImageReview.Label.adversarial.rawValue))
    case .cleared: add("v.label = ?", .text(ImageReview.Label.clean.rawValue))
    }
  }

  /// Only what follows a place.
  mutating func add(after cursor: AuditQuery.Cursor, isOldestFirst: Bool) {
    let place = cursor.values.map { parameter($0) }.joined(separator: ", ")
    terms.append("(r.time, r.writer, r.sequence) \(isOldestFirst ? ">" : "<") (\(place))")
  }

  private mutating func add(_ term: String, _ value: SQLValue) {
    terms.append(term.replacing("?", with: parameter(value)))
  }

  mutating func parameter(_ value: SQLValue) -> String {
    values.append(value)
    return "$\(values.count)"
  }

  var text: String { terms.joined(separator: " AND ") }

  /// A text as columns have it.
  private static func listed(_ text: String) -> SQLValue { .text(RecordColumns.indexable(text)) }
}

import AuditLog
import FilterPipeline

/// Which records a list shows, as it stands in an address.
struct RecordFilter: Sendable {
  private static let names = [
    "since", "until", "detector", "review", "client", "source", "digest", "request", "search",
  ]

  private let fields: FormFields
  /// What cannot be understood, for the reader.
  private(set) var complaints: [String] = []
  private(set) var query = AuditQuery()

  init(_ fields: FormFields) {
    self.fields = fields
    query.since = time("since")
    query.until = time("until")
    let verdicts = fields.all("verdict").filter { !$0.isEmpty }
    query.verdicts = Set(verdicts.compactMap { choice($0, of: Verdict.Outcome.self, "verdict")?.rawValue })
    query.detector = fields["detector"]
    query.client = fields["client"]
    query.source = fields["source"]
    query.request = fields["request"]
    query.search = fields["search"]
    if let digest = fields["digest"] {
      if digest.count <= 64, digest.allSatisfy(\.isHexDigit) {
        query.digest = digest.lowercased()
      } else {
        complaints.append("a digest has up to 64 hexadecimal digits")
      }
    }
    query.review = fields["review"].flatMap { choice($0, of: AuditQuery.ReviewState.self, "state of review") }
  }

  /// `nil`, with a complaint, for a text that is none of the choices.
  private mutating func choice<Choice: RawRepresentable<String> & CaseIterable>(
    _ text: String, of _: Choice.Type, _ what: String
  ) -> Choice? {
    if let choice = Choice(rawValue: text) { return choice }
    complaints.append("`\(text)` is not a \(what): \(Choice.allCases.map(\.rawValue).joined(separator: ", "))")
    return nil
  }

  private mutating func time(_ name: String) -> AuditTime? {
    guard let text = fields[name] else { return nil }
    let time = AuditTime(text)
    if time == nil { complaints.append("`\(text)` is not a time such as 2026-01-31 08:00 or 24h") }
    return time
  }

  subscript(name: String) -> String { fields[name] ?? "" }

  /// The filter after a question mark, with the mark; empty for all records.
  ///
  /// - Parameters:
  ///   - more: further fields.
  func text(_ more: [(String, String)] = []) -> String {
    let pairs =
      fields.all("verdict").map { ("verdict", $0) } + Self.names.compactMap { name in fields[name].map { (name, $0) } }
      + more
    guard !pairs.isEmpty else { return "" }
    return "?" + pairs.map { "\($0)=\(FormFields.encoded($1))" }.joined(separator: "&")
  }

  /// Where a page of the list begins.
  var cursor: AuditQuery.Cursor? {
    guard let parts = fields["after"]?.split(separator: "/", maxSplits: 1), parts.count == 2, let time = Int(parts[0]),
      let reference = AuditReference(parts[1])
    else { return nil }
    return AuditQuery.Cursor(time: AuditTime(microseconds: time), reference: reference)
  }

  func text(after record: StoredRecord) -> String {
    text([("after", "\(record.time.microseconds)/\(record.reference)")])
  }
}

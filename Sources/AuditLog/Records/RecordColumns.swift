import Common

/// What of a record is repeated beside it, so that it can be found. Computed from the record alone, when it is written and when
/// it is verified.
struct RecordColumns: Sendable, Hashable {
  var verdict: String?
  var action: String?
  var client: String?
  var source: String?
  var request: String?
  var sha256: String?
  var filter: String?
  /// What the search is called that the record is of, or that the image belongs to.
  var search: String?
  /// The detectors that flagged, each once, in order.
  var flagged: [String] = []

  init(_ json: JSONValue) {
    verdict = json["verdict"]?.string
    action = json["action"]?.string
    client = json["client"]?.string
    source = json["source"]?.string
    request = json["request"]?.string
    sha256 = json["sha256"]?.string
    filter = json["filter"]?["digest"]?.string
    search = json["search"]?.string
    var seen: Set<String> = []
    for detector in json["detectors"]?.elements ?? [] where detector["flagged"] == .bool(true) {
      if let name = detector["name"]?.string.map(Self.indexable), seen.insert(name).inserted { flagged.append(name) }
    }
  }

  /// In the order of `names`.
  ///
  /// - Parameters:
  ///   - form: that of the tables.
  func values(inForm form: Int) -> [SQLValue] {
    let all = [verdict, action, client, source, request, sha256, filter, search]
    return all.prefix(Self.names(inForm: form).count).map { SQLValue($0.map(Self.indexable)) }
  }

  /// Indexes have room for so many bytes, and not every database for a zero character in a text.
  private static let longest = 1000

  static func indexable(_ text: String) -> String {
    let safe = withoutZeros(text)
    return safe.utf8.count <= longest ? safe : String(safe.unicodeScalars.prefix(longest / 4))
  }

  /// - Complexity: O(bytes), whatever characters there are: `replacing` compares them as Unicode does.
  static func withoutZeros(_ text: String) -> String {
    guard text.utf8.contains(0) else { return text }
    return String(String.UnicodeScalarView(text.unicodeScalars.map { $0 == "\0" ? "\u{FFFD}" : $0 }))
  }

  /// Tables that an older program has made, and that are only read, have fewer.
  static func names(inForm form: Int) -> [String] {
    let first = ["verdict", "action", "client", "source", "request", "sha256", "filter"]
    return form < AuditSchema.formWithSearches ? first : first + ["search"]
  }
}

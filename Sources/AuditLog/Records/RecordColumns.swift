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
    var seen: Set<String> = []
    for detector in json["detectors"]?.elements ?? [] where detector["flagged"] == .bool(true) {
      if let name = detector["name"]?.string.map(Self.indexable), seen.insert(name).inserted { flagged.append(name) }
    }
  }

  /// In the order of `names`.
  var values: [SQLValue] {
    [verdict, action, client, source, request, sha256, filter].map { SQLValue($0.map(Self.indexable)) }
  }

  /// Indexes have room for so many bytes, and not every database for a zero character in a text.
  private static let longest = 1000

  static func indexable(_ text: String) -> String {
    let safe = text.replacing("\0", with: "\u{FFFD}")
    return safe.utf8.count <= longest ? safe : String(safe.unicodeScalars.prefix(longest / 4))
  }

  static let names = ["verdict", "action", "client", "source", "request", "sha256", "filter"]
}

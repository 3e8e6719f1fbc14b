import AuditLog
import Common
import FilterPipeline
import FoundationEssentials
import StatefulDetection

/// A search for an adversarial image, as a record of the audit log has it: a chain of near questions that a gateway has noticed.
///
/// In records it is never called a chain, because records themselves form one. `members` declares its form, for writing and for
/// reading.
package struct RecordedSearch: RecordPart {
  /// The request whose question led to the record, and who sent it.
  package var request: String?
  package var client: String?
  /// What the search is called.
  package var id: String?
  /// When the first question was asked, as records have times.
  package var began: String?
  /// How many were asked until the record.
  package var questions: Int?
  /// What is done about it, in the words of the gateway's setting.
  package var action: String?
  /// Who asked, as far as it is known: a few clients, those known to search before the others.
  package var clients: [String] = []
  package var filter: RecordedFilter?
  /// The first questions and the last ones, in the order in which they were asked; empty where too many searches were recorded at
  /// the time.
  package var sample: [RecordedQuestion] = []
  /// The version of the program.
  package var build: String?

  package init() {}

  /// What is done about it; `nil` where that is not said, or in a word that is not known.
  package var knownAction: SearchAction? { action.flatMap(SearchAction.init(rawValue:)) }

  package static let members: [RecordMember<Self>] = [
    .text("request", \.request), .text("client", \.client), .text("search", \.id), .text("began", \.began),
    .integer("questions", \.questions), .text("action", \.action), .texts("clients", \.clients),
    .part("filter", \.filter), .parts("sample", \.sample), .text("build", \.build),
  ]

  /// How many clients a record names.
  package static let maxClients = 16
  /// How many questions a reader looks at, whatever the record has: it may have been changed by a stranger.
  package static let maxQuestions = 64
}

/// A question of a search, and how it was answered.
package struct RecordedQuestion: RecordPart {
  /// Its place in the search, counted from 1.
  package var number: Int?
  /// As records have times.
  package var time: String?
  /// The request it came with, and behind a `#` its place in it from the second on.
  package var request: String?
  package var client: String?
  /// What the classifier said, and how sure it was.
  package var topClass: Int?
  package var label: String?
  package var score: Double?
  package var outcome: Verdict.Outcome?
  /// From the first question of the search or its mirror image, in levels, as `Fingerprint.distance` has it.
  package var distance: Double?
  /// The image in 16 × 16 pixels of three bytes, red, green and blue, in rows from the top: base64.
  package var fingerprint: String?

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .integer("number", \.number), .text("time", \.time), .text("request", \.request), .text("client", \.client),
    .integer("class", \.topClass), .text("label", \.label), .number("score", \.score, decimals: 6),
    .word("outcome", \.outcome), .number("distance", \.distance, decimals: 3), .text("fingerprint", \.fingerprint),
  ]

  /// Of a fingerprint, in pixels.
  package static let side = 16
  /// Of a label, in Unicode scalars.
  package static let longestLabel = 100
}

extension RecordedQuestion {
  /// The samples of the fingerprint, or `nil` where there is none that can be read.
  package var pixels: [UInt8]? {
    get {
      guard let fingerprint, fingerprint.utf8.count <= Self.longestFingerprint,
        let bytes = Data(base64Encoded: fingerprint), bytes.count == 3 * Self.side * Self.side
      else { return nil }
      return [UInt8](bytes)
    }
    set { fingerprint = newValue.map { Data($0).base64EncodedString() } }
  }

  private static let longestFingerprint = 4 * Self.side * Self.side

  /// What the classifier saw, in a word: the label, or the number of the class; empty where it is not known.
  package var className: String { label ?? topClass.map { "class \($0)" } ?? "" }
}

extension StoredRecord {
  /// What the record says of a search, as far as it can be read; records of other kinds say little of it.
  ///
  /// - Complexity: O(length of the record): whoever asks more than once keeps it.
  package var search: RecordedSearch { salvagedSearch.search }

  /// The same, with where the record is not what its format says.
  package var salvagedSearch: (search: RecordedSearch, damage: RecordDamage) {
    var damage = RecordDamage()
    let search = RecordedSearch(json, &damage)
    return (search, damage)
  }
}

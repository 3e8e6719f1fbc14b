import Testing

/// What only a stranger can put where a text is to be: bytes, and texts that no text of this program has.
enum OddText: String, Sendable, CaseIterable, CustomTestStringConvertible {
  case bytes
  case zeroCharacter
  case brokenUTF8
  case shorterThanADigest

  static let all = allCases
  var testDescription: String { rawValue }

  /// One of it for each `number`, all different.
  var sql: String {
    switch self {
    case .bytes: "CAST('x' || number AS BLOB)"
    case .zeroCharacter: "'a' || char(0) || number"
    case .brokenUTF8: "CAST(x'FF' AS TEXT) || number"
    case .shorterThanADigest: "'a' || number"
    }
  }

  /// What makes a table of numbers to select from.
  func rows(_ count: Int) -> String {
    "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < \(count))"
  }
}

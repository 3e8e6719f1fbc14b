import Common

/// Something that a database has a definition of: a table, an index, a trigger.
package struct DatabaseObject: Sendable, Hashable {
  /// Kind, name, table and definition, as the database has them.
  private let row: SQLRow

  /// - Parameters:
  ///   - kind: the database's word: `table`, `index`, `trigger`, `view` and the like.
  package init(kind: String, name: String, table: String, definition: String) {
    row = SQLRow([.text(kind), .text(name), .text(table), .text(definition)])
  }

  private init(row: SQLRow) { self.row = row }

  /// Kind and name. Of a stranger's object, they are the stranger's choice.
  private var title: String { "\(row.text(0)) \(row.text(1))".printable }

  /// Whether it is of a kind that a log consists of. Whatever else there is acts on what is written, or stands in place of a table.
  private var isTableOrIndex: Bool { ["table", "index"].contains(row.text(0)) }

  /// Many more than a log has: a stranger may have made any number.
  private static let (most, mostNamed) = (1000, 20)

  /// The tables of a log, their indexes, and what else acts on them.
  ///
  /// - Throws: `audit-unavailable`.
  package static func all(
    _ connection: any SQLConnection, _ dialect: SQLDialect
  ) throws(SluiceError) -> [DatabaseObject] {
    try connection.rows("\(dialect.objects) LIMIT \(most)", []).map { DatabaseObject(row: $0) }
  }

  /// Refuses a database that does something by itself when it is written to.
  ///
  /// - Throws: `audit-unavailable`.
  static func checkNoneActs(_ connection: any SQLConnection, _ dialect: SQLDialect) throws(SluiceError) {
    guard let stranger = try all(connection, dialect).first(where: { !$0.isTableOrIndex }) else { return }
    throw SluiceError(
      .auditUnavailable,
      "the database of the audit log has something that this program never makes, and that may change what is written: "
        + stranger.title,
      remedy: "verify the log, find out who made it, and remove it")
  }

  /// How the objects of a log differ from those that it should have: the first few, each in words.
  static func differences(_ found: [DatabaseObject], _ expected: [DatabaseObject]) -> [String] {
    var missing: [String: DatabaseObject] = [:]
    for object in expected { missing[object.title] = object }
    var differences: [String] = []
    for object in found {
      guard let model = missing.removeValue(forKey: object.title) else {
        differences.append("the database has something that this program never makes: \(object.title)")
        continue
      }
      if object != model { differences.append("the \(object.title) is not as this program makes it") }
    }
    differences += missing.keys.sorted().map { "the \($0) is missing" }
    return Array(differences.prefix(mostNamed))
  }
}

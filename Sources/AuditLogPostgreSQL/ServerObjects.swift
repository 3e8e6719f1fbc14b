import AuditLog

/// What the tables of a log consist of on the server, in its words.
///
/// Rejected alternative: to make the tables a second time and compare, as is done with SQLite. Who verifies may only read.
enum ServerObjects {
  /// An index, and how it is asked for its rows.
  struct Index: Sendable {
    let name: String
    let table: String
    let columns: String
    var isUnique = false
    var condition: String?

    var object: DatabaseObject {
      DatabaseObject(
        kind: "index", name: name, table: table, definition: "\(isUnique ? "UNIQUE " : "")btree (\(columns))" + suffix)
    }

    /// Only this index has its rows in this order, so whoever may not sort goes by it. Without an offset, nothing would be put in
    /// order for a count.
    var listedRows: String { "SELECT COUNT(*) FROM (SELECT 1 FROM \(rows) ORDER BY \(columns) OFFSET 0) AS listed" }

    /// The same from the table. In other words, because a statement keeps the plan that was made for it first.
    var rowsOfTable: String { "SELECT COUNT(*) FROM \(rows)" }

    private var rows: String { table + suffix }
    private var suffix: String { condition.map { " WHERE \($0)" } ?? "" }
  }

  static func all(ofForm form: Int) -> [DatabaseObject] {
    let tables = columns.map { table, columns in
      let isLonger = table == "audit_record" && form >= AuditSchema.formWithSearches
      return DatabaseObject(
        kind: "table", name: table, table: table, definition: columns + (isLonger ? ", search text" : ""))
    }
    return tables + indexes(ofForm: form).map(\.object)
  }

  static func indexes(ofForm form: Int) -> [Index] {
    primaryKeys + first + (form >= AuditSchema.formWithSearches ? [search] : [])
  }

  /// By table; those of records without what later forms have added.
  private static let columns = [
    "audit_schema": "version bigint NOT NULL",
    "audit_writer": "writer text NOT NULL, sequence bigint NOT NULL, hash text NOT NULL",
    "audit_record": """
    writer text NOT NULL, sequence bigint NOT NULL, time bigint NOT NULL, kind text NOT NULL, verdict text, action text, \
    client text, source text, request text, sha256 text, filter text, hash text NOT NULL, record text NOT NULL
    """,
    "audit_flag": "writer text NOT NULL, sequence bigint NOT NULL, detector text NOT NULL, time bigint NOT NULL",
    "audit_review": """
    sha256 text NOT NULL, label text NOT NULL, class bigint, attack text, note text, reviewer text NOT NULL, \
    time bigint NOT NULL, writer text NOT NULL, sequence bigint NOT NULL
    """,
    "audit_object": """
    sha256 text NOT NULL, bytes bigint NOT NULL, stored bigint NOT NULL, held bigint NOT NULL, state bigint NOT NULL, \
    writer text, sequence bigint
    """,
    "audit_checkpoint": "writer text NOT NULL, sequence bigint NOT NULL, time bigint NOT NULL, note text NOT NULL",
    "audit_image": "sha256 text NOT NULL, contents bytea NOT NULL",
  ]

  private static let primaryKeys = [
    ("audit_writer", "writer"), ("audit_record", "writer, sequence"), ("audit_flag", "writer, sequence, detector"),
    ("audit_review", "sha256"), ("audit_object", "sha256"), ("audit_checkpoint", "writer, sequence"),
    ("audit_image", "sha256"),
  ].map { table, columns in Index(name: "\(table)_pkey", table: table, columns: columns, isUnique: true) }

  private static let first = [
    Index(name: "audit_record_time", table: "audit_record", columns: #""time", verdict"#),
    Index(name: "audit_record_verdict", table: "audit_record", columns: #"verdict, "time""#),
    Index(name: "audit_record_client", table: "audit_record", columns: #"client, "time", verdict"#),
    Index(
      name: "audit_record_kind", table: "audit_record", columns: #"kind, "time""#,
      condition: "(kind <> 'verdict'::text)"),
    Index(name: "audit_record_sha256", table: "audit_record", columns: "sha256"),
    Index(name: "audit_record_request", table: "audit_record", columns: "request"),
    Index(name: "audit_flag_detector", table: "audit_flag", columns: #"detector, "time""#),
    Index(name: "audit_object_stored", table: "audit_object", columns: "state, held, stored"),
  ]

  private static let search = Index(
    name: "audit_record_search", table: "audit_record", columns: #"search, kind, "time""#,
    condition: "(search IS NOT NULL)")
}

extension AuditKind {
  /// The kind as a text of SQL.
  var sql: String { "'\(rawValue)'" }

  /// That a column says this kind, which is not that of verdicts.
  ///
  /// The index of the few other records holds what is no verdict, and databases take it only where a query says so as well.
  func amongOthers(_ column: String = "kind") -> String {
    "\(column) <> \(AuditKind.verdict.sql) AND \(column) = \(sql)"
  }
}

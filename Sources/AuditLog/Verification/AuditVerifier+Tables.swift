import Common

extension AuditVerifier {
  /// What is wrong with the tables themselves.
  ///
  /// Queries are answered from indexes, and an index can be made to leave rows out; a table without its key can have a row twice; a
  /// trigger keeps records from being written. So nothing else is believed before.
  func tableProblems() throws(SluiceError) -> [Verification.Problem] {
    let (database, form) = (store.database, store.form)
    let expected = try database.objects(ofForm: form)
    let words = try database.read { connection throws(SluiceError) -> [String] in
      let differences = DatabaseObject.differences(try DatabaseObject.all(connection, database.dialect), expected)
      let damage = try database.damage(ofForm: form, connection)
      return differences + [damage].compactMap(\.self)
    }
    return words.map { Verification.Problem(nil, $0) }
  }
}

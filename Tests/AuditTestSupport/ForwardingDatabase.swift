import AuditLog
import Common

/// A database that has another one do its work. A test's own changes what the test is about, and nothing else.
package protocol ForwardingDatabase: AuditDatabase {
  var base: any AuditDatabase { get }
}

extension ForwardingDatabase {
  package var dialect: SQLDialect { base.dialect }

  package func read<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result { try base.read(work) }

  package func write<Result>(
    _ work: (any SQLConnection) throws(SluiceError) -> Result
  ) throws(SluiceError) -> Result { try base.write(work) }

  package func objects(ofForm form: Int) throws(SluiceError) -> [DatabaseObject] { try base.objects(ofForm: form) }

  package func damage(ofForm form: Int, _ connection: any SQLConnection) throws(SluiceError) -> String? {
    try base.damage(ofForm: form, connection)
  }
}

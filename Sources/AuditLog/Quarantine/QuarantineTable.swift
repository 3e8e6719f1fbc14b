import Common

/// Images in the database itself, for one that several machines share.
struct QuarantineTable: QuarantineStorage {
  func store(_ contents: [UInt8], as sha256: String, _ connection: (any SQLConnection)?) throws(SluiceError) {
    // Outside a transaction there is nothing to do yet: they are written together with the record.
    try connection?.execute(
      "INSERT INTO audit_image (sha256, contents) VALUES ($1, $2) ON CONFLICT (sha256) DO NOTHING",
      [.text(sha256), .bytes(contents)])
  }

  func holds(_ sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> Bool {
    try !connection.rows("SELECT 1 FROM audit_image WHERE sha256 = $1", [.text(sha256)]).isEmpty
  }

  func contents(of sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> [UInt8]? {
    try connection.rows("SELECT contents FROM audit_image WHERE sha256 = $1", [.text(sha256)]).first?.bytes(0)
  }

  /// Images are written together with their records or not at all.
  func leftovers(before _: AuditTime) -> [String] { [] }

  /// A transaction of the database tells.
  func probe() {}

  func remove(_ sha256: String, _ connection: any SQLConnection) throws(SluiceError) {
    try connection.execute("DELETE FROM audit_image WHERE sha256 = $1", [.text(sha256)])
  }
}

import Common

/// Images in the database itself, for one that several machines share.
struct QuarantineTable: QuarantineStorage {
  func store(_ contents: [UInt8], as sha256: String, _ connection: (any SQLConnection)?) throws(SluiceError) {
    // Outside a transaction there is nothing to do yet: they are written together with the record.
    try connection?.execute(
      "INSERT INTO audit_image (sha256, contents) VALUES ($1, $2) ON CONFLICT (sha256) DO UPDATE SET contents = excluded.contents",
      [.text(sha256), .bytes(contents)])
  }

  func outline(of sha256: String, _ connection: (any SQLConnection)?) throws(SluiceError) -> QuarantineOutline? {
    try connection?.rows(
      """
      SELECT LENGTH(contents), SUBSTR(contents, 1, \(QuarantineCipher.heading.count)) FROM audit_image WHERE sha256 = $1
      """, [.text(sha256)]
    ).first.map { QuarantineOutline(bytes: $0.integer(0), beginning: $0.bytes(1) ?? []) }
  }

  func contents(of sha256: String, _ connection: any SQLConnection) throws(SluiceError) -> [UInt8]? {
    try connection.rows("SELECT contents FROM audit_image WHERE sha256 = $1", [.text(sha256)]).first?.bytes(0)
  }

  /// Images are written together with their records or not at all.
  func names(inPart _: String) -> [String] { [] }

  func isOld(_: String, before _: AuditTime) -> Bool { false }

  /// A transaction of the database tells.
  func probe() {}

  func remove(_ sha256: String, _ connection: any SQLConnection) throws(SluiceError) {
    try connection.execute("DELETE FROM audit_image WHERE sha256 = $1", [.text(sha256)])
  }
}

import Common
import Files

/// Images as files of a folder, `ab/abcd…`, readable to their owner alone.
struct QuarantineFolder: QuarantineStorage {
  let path: String

  /// No image is longer than what decoding permits; encryption adds a little.
  private static let longest = 1_100_000_000

  func store(_ contents: [UInt8], as sha256: String, _: (any SQLConnection)?) throws(SluiceError) {
    let place = file(sha256)
    try withAuditFiles { () throws(SluiceError) in
      try makeFolder()
      try PrivateFiles.makeFolder(place.containingFolder)
      // A link would be followed, and what it leads to replaced.
      if FileStatus(place, followsLinks: false)?.isRegularFile == false { try removeFile(place) }
      try replaceFile(place, with: contents, permissions: .forOwnerAlone)
    }
  }

  /// The folder of the log is not made again: where it was moved or deleted, images would lie where nobody looks for them.
  private func makeFolder() throws(SluiceError) {
    guard FileStatus(path.containingFolder)?.isFolder == true else {
      throw SluiceError(
        .auditUnavailable, "the folder of the audit log is not there any more: \(path.containingFolder)",
        remedy: "put it back, or restart the gateway, which then makes a new one")
    }
    try PrivateFiles.makeFolder(path)
  }

  func outline(of sha256: String, _: (any SQLConnection)?) -> QuarantineOutline? {
    guard let file = RandomAccessFile(file(sha256), followsLinks: false) else { return nil }
    let beginning = file.bytes(at: 0, count: min(file.count, QuarantineCipher.heading.count))
    return QuarantineOutline(bytes: file.count, beginning: beginning ?? [])
  }

  /// - Throws: `quarantine-damaged` for what is no file, such as a link: it may lead to what others can change.
  func contents(of sha256: String, _: any SQLConnection) throws(SluiceError) -> [UInt8]? {
    let place = file(sha256)
    if FileStatus(place, followsLinks: false)?.isRegularFile == false {
      throw SluiceError(.quarantineDamaged, "in the place of the bytes kept as \(sha256) there is no file")
    }
    return try withAuditFiles { () throws(SluiceError) in
      try PrivateFiles.contents(of: place, atMost: Self.longest, followsLinks: false)
    }
  }

  func remove(_ sha256: String, _: any SQLConnection) throws(SluiceError) {
    try withAuditFiles { () throws(SluiceError) in try removeFile(file(sha256)) }
  }

  private static let probedBytes = 65_536

  func probe() throws(SluiceError) {
    try withAuditFiles { () throws(SluiceError) in
      try makeFolder()
      try PrivateFiles.probe(path, bytes: Self.probedBytes)
    }
  }

  /// What a file is called until it is complete ends so.
  private static let halfWritten = ".new"

  func names(inPart part: String) -> [String] {
    ((try? namesInFolder(RawPath("\(path)/\(part)"))) ?? []).map(\.description).filter { name in
      name.hasPrefix(part) && (name.isDigest || name.hasSuffix(Self.halfWritten))
    }
  }

  func isOld(_ name: String, before moment: AuditTime) -> Bool {
    FileStatus(file(name), followsLinks: false).map { $0.changed < moment.microseconds / 1_000_000 } ?? false
  }

  private func file(_ sha256: String) -> String { "\(path)/\(sha256.prefix(2))/\(sha256)" }
}

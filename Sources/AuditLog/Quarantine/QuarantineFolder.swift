import Common
import Files

/// Images as files of a folder, `ab/abcd…`, readable to their owner alone.
struct QuarantineFolder: QuarantineStorage {
  let path: String

  /// No image is longer than what decoding permits; encryption adds a little.
  private static let longest = 1_100_000_000

  func store(_ contents: [UInt8], as sha256: String, _: (any SQLConnection)?) throws(SluiceError) {
    let place = file(sha256)
    guard FileStatus(place) == nil else { return }
    try withAuditFiles { () throws(SluiceError) in
      try PrivateFiles.makeFolder(path)
      try PrivateFiles.makeFolder(place.containingFolder)
      try replaceFile(place, with: contents, permissions: .forOwnerAlone)
    }
  }

  func holds(_ sha256: String, _: any SQLConnection) -> Bool { FileStatus(file(sha256)) != nil }

  func contents(of sha256: String, _: any SQLConnection) throws(SluiceError) -> [UInt8]? {
    try withAuditFiles { () throws(SluiceError) in
      try PrivateFiles.contents(of: file(sha256), atMost: Self.longest)
    }
  }

  func remove(_ sha256: String, _: any SQLConnection) throws(SluiceError) {
    try withAuditFiles { () throws(SluiceError) in try removeFile(file(sha256)) }
  }

  private static let probedBytes = 65_536

  func probe() throws(SluiceError) {
    try withAuditFiles { () throws(SluiceError) in
      try PrivateFiles.makeFolder(path)
      try PrivateFiles.probe(path, bytes: Self.probedBytes)
    }
  }

  func leftovers(before moment: AuditTime) -> [String] {
    Self.names(in: path).flatMap { part in
      Self.names(in: "\(path)/\(part)").filter { name in
        FileStatus("\(path)/\(part)/\(name)").map { $0.changed < moment.microseconds / 1_000_000 } ?? false
      }
    }
  }

  /// What is in a folder; nothing where there is none.
  private static func names(in path: String) -> [String] {
    ((try? namesInFolder(RawPath(path))) ?? []).map(\.description).filter { !$0.hasPrefix(".") }
  }

  private func file(_ sha256: String) -> String { "\(path)/\(sha256.prefix(2))/\(sha256)" }
}

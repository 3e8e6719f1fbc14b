import Common
import Files

extension AuditFolder {
  /// What is made in the folder and takes its place at once, so that a process which was killed may have left it half-written. Images
  /// are the quarantine's own.
  private static let made = [
    (folder: "", names: ["signing.key", "signing.pub", "pages.token"]), (folder: "/quarantine", names: ["probe"]),
  ]
  private static let halfWritten = ".new"
  /// Younger ones may be on their way.
  private static let age = Duration.seconds(3600)

  /// Deletes what a process that was killed has left half-written of keys, tokens and trials, once it is an hour old.
  ///
  /// - Returns: how many files.
  /// - Throws: `audit-unavailable`.
  package func removeLeftovers(now: AuditTime = .now) throws(SluiceError) -> Int {
    // Of a shared log there may be no folder at hand.
    guard !path.isEmpty else { return 0 }
    let moment = (now - Self.age).microseconds / 1_000_000
    var count = 0
    for (folder, names) in Self.made {
      for name in (try? namesInFolder(RawPath(path + folder)).map(\.description)) ?? [] {
        let file = "\(path)\(folder)/\(name)"
        guard name.hasSuffix(Self.halfWritten), names.contains(where: { name.hasPrefix("\($0).") }),
          let status = FileStatus(file, followsLinks: false), status.isRegularFile, status.changed < moment
        else { continue }
        try withAuditFiles { () throws(SluiceError) in try removeFile(file) }
        count += 1
      }
    }
    return count
  }
}

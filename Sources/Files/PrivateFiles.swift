import Common
import Glibc
import SystemPackage

/// Files and folders that only their owner may change, durable once a call returns.
package enum PrivateFiles {
  /// Makes a folder, and those above that are not there. One that is there must be this user's, and nobody else's to write to.
  ///
  /// - Throws: `unwritable-output`.
  package static func makeFolder(_ path: String) throws(SluiceError) {
    if let failure = makeOne(path) {
      guard failure != .fileExists else { return try checkIsPrivate(path) }
      guard failure == .noSuchFileOrDirectory, path.containingFolder != path else { throw .unwritable(path, failure) }
      // A folder above that is there may belong to anybody: it holds nothing of ours. Others may have made it just now.
      if FileStatus(path.containingFolder) == nil { try makeFolder(path.containingFolder) }
      if let failure = makeOne(path), failure != .fileExists { throw .unwritable(path, failure) }
      try checkIsPrivate(path)
    }
    do throws(Errno) { try RawPath(path).flushFolder() } catch { throw .unwritable(path, error) }
  }

  private static func makeOne(_ path: String) -> Errno? {
    unsafe mkdir(path, 0o700) == 0 ? nil : Errno(rawValue: errno)
  }

  /// Whoever may write to a folder may put files of their own in the place of those in it. That only their owners may remove
  /// files from it (the sticky bit) does not keep others from making the ones that are not there yet.
  private static func checkIsPrivate(_ path: String) throws(SluiceError) {
    guard let status = FileStatus(path) else { throw .unwritable(path, .noSuchFileOrDirectory) }
    guard status.isFolder else { throw .unwritable(path, .notDirectory) }
    guard status.owner == geteuid() else {
      throw SluiceError(
        .unwritableOutput, "the folder \(path) belongs to user \(status.owner), and this is user \(geteuid())",
        remedy: "run this as its owner, or name a folder that does not exist yet")
    }
    guard status.permissions.isDisjoint(with: [.groupWrite, .otherWrite]) else {
      throw SluiceError(
        .unwritableOutput, "users other than its owner may write to the folder \(path)",
        remedy: "take that right away with `chmod go-w`, or name a folder in it that does not exist yet")
    }
  }

  /// Makes an empty file, unless it is there. One that is there is not even opened: closing a database's file lets go of the
  /// locks that this process has on it.
  ///
  /// - Throws: `unwritable-output`.
  package static func create(_ path: String) throws(SluiceError) {
    do throws(Errno) {
      try FileDescriptor.opened(
        RawPath(path), .writeOnly, [.create, .exclusiveCreate], permissions: .forOwnerAlone
      ).closeQuietly()
    } catch {
      guard error == .fileExists else { throw .unwritable(path, error) }
    }
  }

  /// What a file holds; where there is none, what is made for it. Of several that make one at the same time one is first, and
  /// all get what that one made.
  ///
  /// - Throws: `unreadable-file`, `unwritable-output`.
  package static func contents(
    of path: String, atMost limit: Int, orMake make: () -> [UInt8]
  ) throws(SluiceError) -> [UInt8] {
    if FileStatus(path) != nil { return try readFile(path, atMost: limit) }
    do throws(Errno) {
      let replacement = try Replacement(of: RawPath(path), .forOwnerAlone)
      try replacement.write(make())
      _ = try replacement.takeIfFree()
    } catch {
      throw .unwritable(path, error)
    }
    return try readFile(path, atMost: limit)
  }

  /// What a file holds; `nil` where there is none.
  ///
  /// - Parameter followsLinks: whether a link stands for what it leads to; otherwise it cannot be read.
  /// - Throws: `unreadable-file`.
  package static func contents(
    of path: String, atMost limit: Int, followsLinks: Bool = true
  ) throws(SluiceError) -> [UInt8]? {
    guard FileStatus(path, followsLinks: false) != nil else { return nil }
    return try readFile(RawPath(path), atMost: limit, followsLinks: followsLinks)
  }

  /// Writes a file that nobody sees, to learn whether there is room for one.
  ///
  /// - Throws: `unwritable-output`.
  package static func probe(_ folder: String, bytes: Int) throws(SluiceError) {
    do throws(Errno) {
      let probe = try Replacement(of: RawPath("\(folder)/probe"), .forOwnerAlone)
      try probe.write([UInt8](repeating: 0xA5, count: bytes))
      try probe.flush()
    } catch {
      throw .unwritable(folder, error)
    }
  }

  /// Whether nobody can make a file in a folder: it lies on read-only media, or nobody has the right to.
  package static func isUnchangeable(_ folder: String) -> Bool {
    var disk = statvfs()
    if unsafe statvfs(folder, &disk) == 0, disk.f_flag & UInt(ST_RDONLY) != 0 { return true }
    guard let status = FileStatus(folder), unsafe access(folder, W_OK) != 0 else { return false }
    return status.permissions.isDisjoint(with: [.ownerWrite, .groupWrite, .otherWrite])
  }
}

import Files
import Glibc
import SystemPackage

/// The folder of the cache: only its owner may enter it, and it does not grow without end.
///
/// Nothing throws: what cannot be read is not there, and what cannot be written is left out.
struct CacheFolder: Sendable {
  let path: String
  /// The least recently used entries go when all together hold more than this.
  let maxBytes: Int

  static let ending = ".model"
  private static let temporaryEnding = ".part"
  /// Longer files are not read: no compiled image model is.
  private static let longestFile = 1 << 31
  /// A file that was begun so long ago, in seconds, will not be finished.
  private static let longestWriting = 3600

  /// `nil` for a file that is not there, or that might be of somebody else.
  func read(_ name: String) -> CachedBytes? {
    isPrivate ? Self.read(atPath: "\(path)/\(name)") : nil
  }

  /// Has an entry written beside its place and moves it there once it is whole, so that nobody sees half of one.
  ///
  /// - Parameters:
  ///   - write: writes a file under the path it is given; `false` when it could not.
  func store(as name: String, _ write: (_ path: String) -> Bool) {
    makeFolder()
    guard isPrivate, let unfinished = makeTemporary() else { return }
    // One that is larger than the folder may be would take everything else with it, and be the next to go.
    guard write(unfinished), isPermitted(unfinished), unsafe rename(unfinished, "\(path)/\(name)") == 0 else {
      unsafe unlink(unfinished)
      return
    }
    prune()
  }

  private func isPermitted(_ path: String) -> Bool {
    FileStatus(path, followsLinks: false).map { $0.byteCount <= maxBytes } ?? false
  }

  func remove(_ name: String) {
    unsafe unlink("\(path)/\(name)")
  }

  /// The least recently used entries are the first to go.
  func noteUse(of name: String) {
    _ = unsafe utimensat(AT_FDCWD, "\(path)/\(name)", nil, AT_SYMLINK_NOFOLLOW)
  }

  /// Whoever may write to the folder may choose what the engine executes.
  private var isPrivate: Bool {
    guard let status = FileStatus(path, followsLinks: false) else { return false }
    return status.isFolder && status.owner == geteuid()
      && status.permissions.isDisjoint(with: [.groupReadWriteExecute, .otherReadWriteExecute])
  }

  /// Folders above may be those of other programs; each that is made is for its owner alone, as XDG has it.
  private func makeFolder() {
    for (index, character) in zip(path.indices, path) where character == "/" && index > path.startIndex {
      _ = unsafe mkdir(String(path[..<index]), 0o700)
    }
    _ = unsafe mkdir(path, 0o700)
  }

  private func makeTemporary() -> String? {
    let random = String(repeating: "X", count: 6)
    var name = Array("\(path)/\(random)\(Self.temporaryEnding)".utf8CString)
    let descriptor = unsafe mkstemps(&name, Int32(Self.temporaryEnding.utf8.count))
    guard descriptor >= 0 else { return nil }
    close(descriptor)
    return String(decoding: name.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  /// Removes what nobody finished, and the least recently used entries beyond what the folder may hold.
  private func prune() {
    let now = time(nil)
    var entries: [(path: String, bytes: Int, used: Int)] = []
    for name in ((try? namesInFolder(RawPath(path))) ?? []).map(\.description) {
      let path = "\(path)/\(name)"
      guard let status = FileStatus(path, followsLinks: false) else { continue }
      let used = status.changed
      if name.hasSuffix(Self.temporaryEnding), used < now - Self.longestWriting { unsafe unlink(path) }
      if name.hasSuffix(Self.ending) { entries.append((path, status.byteCount, used)) }
    }
    var bytes = entries.reduce(0) { $0 + $1.bytes }
    for entry in entries.sorted(by: { $0.used < $1.used }) where bytes > maxBytes {
      unsafe unlink(entry.path)
      bytes -= entry.bytes
    }
  }

  static func read(atPath path: String) -> CachedBytes? {
    let descriptor = unsafe open(path, O_RDONLY | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return nil }
    defer { close(descriptor) }
    var status = stat()
    guard unsafe fstat(descriptor, &status) == 0, status.st_mode & S_IFMT == S_IFREG, status.st_uid == geteuid(),
      status.st_size <= longestFile
    else { return nil }
    return CachedBytes(Int(status.st_size), of: descriptor)
  }

  static func append(_ bytes: [UInt8], toPath path: String) -> Bool {
    let descriptor = unsafe open(path, O_WRONLY | O_APPEND | O_NOFOLLOW | O_CLOEXEC)
    guard descriptor >= 0 else { return false }
    defer { close(descriptor) }
    return unsafe bytes.withUnsafeBytes { unsafe write(descriptor, $0.baseAddress, $0.count) } == bytes.count
  }
}

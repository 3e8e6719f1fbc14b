import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// Files and folders that only their owner may read, durable once a call returns.
enum PrivateFiles {
  /// - Throws: `audit-unavailable`.
  static func makeFolder(_ path: String) throws(SluiceError) {
    if mkdir(path, 0o700) == 0 { return try flushFolder(folder(of: path)) }
    guard errno != EEXIST else { return try checkIsPrivate(path) }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw unavailable(path)
    }
    try makeParent(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw unavailable(path) }
    try checkIsPrivate(path)
    try flushFolder(folder(of: path))
  }

  /// Folders above may belong to anybody: they hold nothing of the log.
  private static func makeParent(_ path: String) throws(SluiceError) {
    var status = stat()
    if stat(path, &status) != 0 { try makeFolder(path) }
  }

  /// Whoever may write to a folder may put files of their own in the place of those in it. That only their owners may remove files
  /// from it (the sticky bit) does not keep others from making the ones that are not there yet.
  private static func checkIsPrivate(_ path: String) throws(SluiceError) {
    var status = stat()
    guard stat(path, &status) == 0 else { throw unavailable(path) }
    guard status.st_mode & S_IFMT == S_IFDIR else {
      errno = ENOTDIR
      throw unavailable(path)
    }
    guard status.st_uid == geteuid() else {
      throw SluiceError(
        .auditUnavailable,
        "the folder \(path) of an audit log belongs to user \(status.st_uid), and this is user \(geteuid())",
        remedy: "run this as its owner, or name a folder that is not there yet")
    }
    guard status.st_mode & 0o022 == 0 else {
      throw SluiceError(
        .auditUnavailable, "others than its owner may write to the folder \(path) of an audit log",
        remedy: "take the right from them with `chmod go-w`, or name a folder in it that is not there yet")
    }
  }

  private static func folder(of path: String) -> String {
    guard let slash = path.lastIndex(of: "/") else { return "." }
    return slash == path.startIndex ? "/" : String(path[..<slash])
  }

  /// Makes an empty file, unless it is there. One that is there is not even opened: closing a database's file lets go of the locks
  /// that this process has on it.
  static func create(_ path: String) throws(SluiceError) {
    let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else {
      if errno == EEXIST { return }
      throw unavailable(path)
    }
    close(descriptor)
  }

  /// Gives a file its contents in one step, under a name that no other writer uses at the same time.
  static func write(_ contents: [UInt8], to path: String) throws(SluiceError) {
    try place(contents, at: path) { rename($0, path) == 0 }
  }

  /// What a file holds; where there is none, what is made for it. Of several that make one at the same time one is first, and all
  /// get what that one made.
  static func contents(
    of path: String, atMost limit: Int, orMake make: () -> [UInt8]
  ) throws(SluiceError) -> [UInt8] {
    if let contents = try contents(of: path, atMost: limit) { return contents }
    // Unlike a renamed file, a linked one never takes the place of another.
    try place(make(), at: path) { link($0, path) == 0 || errno == EEXIST }
    guard let contents = try contents(of: path, atMost: limit) else { throw unavailable(path) }
    return contents
  }

  private static func place(
    _ contents: [UInt8], at path: String, _ isPlaced: ([CChar]) -> Bool
  ) throws(SluiceError) {
    let (descriptor, temporary) = try temporaryFile(path)
    defer {
      close(descriptor)
      // Gone already where it was renamed.
      unlink(temporary)
    }
    try writeAll(contents, descriptor, path)
    guard fsync(descriptor) == 0, isPlaced(temporary) else { throw unavailable(path) }
    try flushFolder(folder(of: path))
  }

  private static func temporaryFile(_ path: String) throws(SluiceError) -> (descriptor: Int32, name: [CChar]) {
    var template = Array("\(path).\(String(repeating: "X", count: 6))".utf8CString)
    // mkstemp makes files of mode 0600.
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw unavailable(path) }
    return (descriptor, template)
  }

  /// Writes a file that nobody sees, to learn whether there is room for one.
  static func probe(_ folder: String, bytes: Int) throws(SluiceError) {
    let (descriptor, name) = try temporaryFile("\(folder)/probe")
    defer { close(descriptor) }
    unlink(name)
    try writeAll([UInt8](repeating: 0xA5, count: bytes), descriptor, folder)
    guard fsync(descriptor) == 0 else { throw unavailable(folder) }
  }

  /// Makes the names in a folder durable.
  private static func flushFolder(_ path: String) throws(SluiceError) {
    let descriptor = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
    guard descriptor >= 0 else { throw unavailable(path) }
    defer { close(descriptor) }
    guard fsync(descriptor) == 0 else { throw unavailable(path) }
  }

  /// `nil` for a file that is not there.
  static func contents(of path: String, atMost limit: Int) throws(SluiceError) -> [UInt8]? {
    let descriptor = open(path, O_RDONLY | O_CLOEXEC)
    guard descriptor >= 0 else {
      if errno == ENOENT { return nil }
      throw unavailable(path)
    }
    defer { close(descriptor) }
    var status = stat()
    guard fstat(descriptor, &status) == 0 else { throw unavailable(path) }
    guard status.st_size <= limit else {
      throw SluiceError(.auditUnavailable, "\(path) is longer than \(limit) bytes")
    }
    var contents = [UInt8](repeating: 0, count: Int(status.st_size))
    var count = 0
    while count < contents.count {
      let result = contents.withUnsafeMutableBytes { buffer in
        read(descriptor, buffer.baseAddress?.advanced(by: count), buffer.count - count)
      }
      if result == 0 { break }
      guard result > 0 || errno == EINTR else { throw unavailable(path) }
      count += max(0, result)
    }
    return Array(contents[..<count])
  }

  /// Whether nobody can make a file in a folder: it lies on read-only media, or nobody has the right to.
  static func isUnchangeable(_ folder: String) -> Bool {
    var disk = statvfs()
    if statvfs(folder, &disk) == 0, disk.f_flag & UInt(ST_RDONLY) != 0 { return true }
    var status = stat()
    return stat(folder, &status) == 0 && status.st_mode & 0o222 == 0 && access(folder, W_OK) != 0
  }

  /// 0 for a file that is not there.
  static func size(of path: String) -> Int {
    var status = stat()
    return stat(path, &status) == 0 ? status.st_size : 0
  }

  static func unavailable(_ path: String) -> SluiceError {
    SluiceError(.auditUnavailable, "the audit log cannot be used: \(path): \(String(cString: strerror(errno)))")
  }

  private static func writeAll(_ contents: [UInt8], _ descriptor: Int32, _ path: String) throws(SluiceError) {
    var written = 0
    while written < contents.count {
      let count = contents.withUnsafeBytes { buffer in
        Glibc.write(descriptor, buffer.baseAddress?.advanced(by: written), buffer.count - written)
      }
      guard count >= 0 || errno == EINTR else { throw unavailable(path) }
      written += max(0, count)
    }
  }
}

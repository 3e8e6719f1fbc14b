import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// Files and folders that only their owner may read, durable once a call returns.
enum PrivateFiles {
  /// - Throws: `audit-unavailable`.
  static func makeFolder(_ path: String) throws(SluiceError) {
    if mkdir(path, 0o700) == 0 { return try flushFolder(folder(of: path)) }
    guard errno != EEXIST else { return }
    guard errno == ENOENT, let slash = path.lastIndex(of: "/"), slash != path.startIndex else {
      throw unavailable(path)
    }
    try makeFolder(String(path[..<slash]))
    guard mkdir(path, 0o700) == 0 || errno == EEXIST else { throw unavailable(path) }
    try flushFolder(folder(of: path))
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
    var template = Array("\(path).\(String(repeating: "X", count: 6))".utf8CString)
    // mkstemp makes files of mode 0600.
    let descriptor = mkstemp(&template)
    guard descriptor >= 0 else { throw unavailable(path) }
    let temporary = template
    var isDone = false
    defer {
      close(descriptor)
      if !isDone { unlink(temporary) }
    }
    try writeAll(contents, descriptor, path)
    guard fsync(descriptor) == 0, rename(temporary, path) == 0 else { throw unavailable(path) }
    isDone = true
    try flushFolder(folder(of: path))
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

import Pixels

#if canImport(Glibc)
  import Glibc
#endif

/// Images as files of a folder, `ab/abcd…`, readable to their owner alone.
struct QuarantineFolder: QuarantineStorage {
  let path: String

  /// No image is longer than what decoding permits; encryption adds a little.
  private static let longest = 1_100_000_000

  func store(_ contents: [UInt8], as sha256: String, _: (any SQLConnection)?) throws(SluiceError) {
    let place = file(sha256)
    guard access(place, F_OK) != 0 else { return }
    let folder = "\(path)/\(sha256.prefix(2))"
    try PrivateFiles.makeFolder(path)
    try PrivateFiles.makeFolder(folder)
    try PrivateFiles.write(contents, to: place)
  }

  func holds(_ sha256: String, _: any SQLConnection) -> Bool { access(file(sha256), F_OK) == 0 }

  func contents(of sha256: String, _: any SQLConnection) throws(SluiceError) -> [UInt8]? {
    try PrivateFiles.contents(of: file(sha256), atMost: Self.longest)
  }

  func remove(_ sha256: String, _: any SQLConnection) throws(SluiceError) {
    guard unlink(file(sha256)) != 0, errno != ENOENT else { return }
    throw PrivateFiles.unavailable(file(sha256))
  }

  private static let probedBytes = 65_536

  func probe() throws(SluiceError) {
    try PrivateFiles.makeFolder(path)
    try PrivateFiles.probe(path, bytes: Self.probedBytes)
  }

  func leftovers(before moment: AuditTime) -> [String] {
    Self.names(in: path).flatMap { part in
      Self.names(in: "\(path)/\(part)").filter { name in
        var status = stat()
        return stat("\(path)/\(part)/\(name)", &status) == 0 && status.st_mtim.tv_sec < moment.microseconds / 1_000_000
      }
    }
  }

  /// What is in a folder; nothing where there is none.
  private static func names(in path: String) -> [String] {
    guard let folder = opendir(path) else { return [] }
    defer { closedir(folder) }
    var names: [String] = []
    while let entry = readdir(folder) {
      let name = withUnsafePointer(to: entry.pointee.d_name) { pointer in
        pointer.withMemoryRebound(to: CChar.self, capacity: 256) { String(cString: $0) }
      }
      if !name.hasPrefix(".") { names.append(name) }
    }
    return names
  }

  private func file(_ sha256: String) -> String { "\(path)/\(sha256.prefix(2))/\(sha256)" }
}

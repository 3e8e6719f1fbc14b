import Common
import Files

/// Compiled models on disk, so that the next process need neither read nor compile them.
///
/// An entry is bound to what it was made from: the engine's build, the processor, the contents of the model's files, the
/// input's shape, the arithmetic and the number of streams. It carries this in full, and a checksum of everything in it,
/// because the engine does not check what it imports: whatever is damaged, cut short or of other origin is not used and
/// is made anew. The folder belongs to one user, who alone may enter it. Nothing here ever fails: a folder that cannot be
/// written only means that models are compiled each time.
///
/// The folder is `sluice` in `XDG_CACHE_HOME`, else in `~/.cache`. The variable `SLUICE_MODEL_CACHE` names another one,
/// where a relative path counts from the working directory, or says `off`.
package struct ModelCache: Sendable {
  package static let environmentVariable = "SLUICE_MODEL_CACHE"

  /// SHA-256 of a file's contents in hexadecimal, injected, so that this module needs no cryptography library.
  let sha256OfFile: @Sendable (_ path: String) throws(SluiceError) -> String
  /// What is known of files already; `nil` where each is read whenever it is asked about.
  let known: KnownFiles?
  let folder: CacheFolder

  /// `nil` where the environment turns it off or says of no folder.
  ///
  /// - Parameters:
  ///   - maxBytes: what all entries together may hold.
  package init?(
    environment: [String: String], maxBytes: Int = 1 << 30, known: KnownFiles? = nil,
    sha256OfFile: @escaping @Sendable (_ path: String) throws(SluiceError) -> String
  ) {
    guard let path = Self.path(environment) else { return nil }
    folder = CacheFolder(path: path, maxBytes: maxBytes)
    self.known = known
    self.sha256OfFile = sha256OfFile
  }

  /// Where entries lie; `nil` for `off`, or a user without a home.
  package static func path(_ environment: [String: String]) -> String? {
    if let setting = environment.nonEmpty(environmentVariable) { return setting == "off" ? nil : setting }
    return UserFolder.cache.path(environment).map { "\($0)/sluice" }
  }

  /// An entry; `nil` where there is none, or none that can be relied on.
  ///
  /// - Complexity: O(bytes).
  func load(_ key: CacheKey) -> CacheEntry? {
    let name = fileName(key)
    guard let bytes = folder.read(name) else { return nil }
    guard let entry = CacheEntry(bytes, key: key) else {
      folder.remove(name)
      return nil
    }
    folder.noteUse(of: name)
    return entry
  }

  /// Keeps what `write` puts into the file whose path it is given, unless it fails.
  ///
  /// - Complexity: O(bytes).
  func store(_ key: CacheKey, _ write: (_ path: String) throws(SluiceError) -> Void) {
    folder.store(as: fileName(key)) { path in
      guard (try? write(path)) != nil, CacheFolder.append(CacheEntry.ending(key), toPath: path),
        let bytes = CacheFolder.read(atPath: path)
      else { return false }
      return CacheFolder.append(CacheEntry.checksum(bytes, bytes.count), toPath: path)
    }
  }

  /// Keeps the payload.
  func store(_ key: CacheKey, _ payload: [UInt8]) {
    store(key) { (path) throws(SluiceError) in
      guard CacheFolder.append(payload, toPath: path) else {
        throw SluiceError(.engineFailed, "\(path) cannot be written")
      }
    }
  }

  private func fileName(_ key: CacheKey) -> String {
    unsafe CacheChecksum.text(of: Array(key.text.utf8).span.bytes) + CacheFolder.ending
  }
}

import Common
import Files
import Synchronization

/// What is known of files that were read: the digest of each, and the files of weights that it names if it is a model.
///
/// A file is read once for both, and again when the system says that it was changed or replaced. That is enough for opening
/// models and naming them. It is not for noticing what changes while it is read: ask for a new digest there.
package final class KnownFiles: Sendable {
  /// SHA-256 of a file's contents in hexadecimal, which are handed on block by block. Injected, so that this module needs no
  /// cryptography library.
  package typealias Hashing =
    @Sendable (_ path: String, _ body: (ArraySlice<UInt8>) -> Void) throws(SluiceError) -> String

  private struct Contents: Sendable {
    let sha256: String
    let weights: [String]
  }

  /// Locked while the file is read: who asks for it meanwhile waits, and does not read it as well.
  private final class Entry: Sendable {
    let contents = Mutex<Contents?>(nil)
  }

  private let hashing: Hashing
  private let entries = Mutex<[FileStatus.State: Entry]>([:])

  package init(hashing: @escaping Hashing) { self.hashing = hashing }

  /// SHA-256 of a file's contents, in hexadecimal.
  ///
  /// - Throws: what reading the file throws.
  /// - Complexity: O(bytes) the first time.
  package func sha256(ofFile path: String) throws(SluiceError) -> String { try contents(path).sha256 }

  /// The files beside a model that hold its weights.
  ///
  /// - Complexity: O(bytes of the model file) the first time.
  package func weightFiles(ofModelAt path: String) -> WeightFiles {
    WeightFiles(ofModelAt: path) { path in (try? contents(path).weights) ?? [] }
  }

  private func contents(_ path: String) throws(SluiceError) -> Contents {
    // What is no file can be read once, and has no state that says whether it is the same.
    guard let status = FileStatus(path), status.isRegularFile else { return try read(path) }
    let state = status.state
    return try entry(state).contents.withLock { (known) throws(SluiceError) -> Contents in
      if let known { return known }
      let contents = try read(path)
      if FileStatus(path)?.state == state { known = contents }
      return contents
    }
  }

  private func entry(_ state: FileStatus.State) -> Entry {
    entries.withLock { entries in
      if let entry = entries[state] { return entry }
      let entry = Entry()
      entries[state] = entry
      return entry
    }
  }

  private func read(_ path: String) throws(SluiceError) -> Contents {
    var search = ExternalWeights.Search()
    let digest = try hashing(path) { search.add($0) }
    return Contents(sha256: digest, weights: search.names)
  }
}

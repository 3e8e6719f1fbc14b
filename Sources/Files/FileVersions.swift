/// Files as they were when they were noted, before they were read: whether what was read of them still holds.
package struct FileVersions: Sendable, Hashable {
  /// By their paths; `nil` where there was no file.
  private var versions: [String: FileStatus.Version?] = [:]

  package init() {}

  /// Notes a file as it is now, unless it was noted before: what was read of it then may be older.
  package mutating func note(_ path: String) {
    guard !versions.keys.contains(path) else { return }
    versions.updateValue(FileStatus(path)?.version, forKey: path)
  }

  /// Adds files that were noted apart; of those that both have, the first note holds.
  package mutating func merge(_ others: FileVersions) { versions.merge(others.versions) { first, _ in first } }

  package var paths: Set<String> { Set(versions.keys) }

  /// Whether a file has been changed, replaced, removed or made since.
  ///
  /// - Complexity: a call of the system for each file.
  package var haveChanged: Bool { versions.contains { FileStatus($0.key)?.version != $0.value } }
}

/// What the ending of an output's name asks for.
package enum OutputEnding {
  /// The ending in lower case; `nil` for a name without one, and for a device.
  static func ending(of path: String) -> String? {
    guard let name = path.split(separator: "/").last, !isDevice(path) else { return nil }
    return name.lastIndex(of: ".").map { name[name.index(after: $0)...].lowercased() }
  }

  /// The ending of a file name when it asks for something that the output is not written as, such as `jpg`.
  ///
  /// Names without one, hidden ones as `.tensors`, numbers as in `run.2`, and special files such as `/dev/null` ask for nothing.
  ///
  /// - Parameters:
  ///   - known: the endings of what the output can be written as, in lower case.
  package static func foreignEnding(of path: String, known: Set<String>) -> String? {
    guard let ending = ending(of: path), !known.contains(ending) else { return nil }
    if let name = path.split(separator: "/").last, name.lastIndex(of: ".") == name.startIndex { return nil }
    return ending.contains { $0.isLetter } ? ending : nil
  }

  /// What lies in shared memory is a file like any other.
  private static func isDevice(_ path: String) -> Bool { path.hasPrefix("/dev/") && !path.hasPrefix("/dev/shm/") }
}

import Glibc

/// The environment of the process.
package enum ProcessVariables {
  /// Every variable by its name; an entry without `=` is passed over.
  ///
  /// - Complexity: O(length of the environment).
  package static var all: [String: String] {
    var variables: [String: String] = [:]
    var entry = unsafe environ
    while let text = unsafe entry.pointee {
      let parts = unsafe String(cString: text).split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
      if parts.count == 2 { variables[String(parts[0])] = String(parts[1]) }
      unsafe entry += 1
    }
    return variables
  }
}

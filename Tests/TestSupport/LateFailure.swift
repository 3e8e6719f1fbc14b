import Foundation

/// A disk that says only at the end that it could not keep what was written, as network file systems and quotas do.
package enum LateFailure {
  private struct NotOpen: Error {}

  /// Puts what cannot be made durable in the place of a file that this process has open.
  package static func arrange(for path: String) throws {
    let wanted = URL(filePath: path).resolvingSymlinksInPath().path
    let descriptors = try FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd").compactMap { Int32($0) }
    let found = descriptors.first { number in
      (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/fd/\(number)")) == wanted
    }
    // It takes whatever is written.
    let nowhere = try FileHandle(forWritingTo: URL(filePath: "/dev/null"))
    defer { withExtendedLifetime(nowhere) {} }
    guard let found, dup2(nowhere.fileDescriptor, found) == found else { throw NotOpen() }
  }
}

import Foundation
import Synchronization

/// A folder that is removed when the test that made it ends.
package final class TemporaryFolder: Sendable {
  package let path: String

  package init() throws {
    let url = FileManager.default.temporaryDirectory.appending(path: "sluice-tests-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    path = url.path
  }

  deinit {
    try? FileManager.default.removeItem(atPath: path)
  }

  /// Removes it when the process ends: for what all tests of it share, which nobody lets go of.
  package func removeAtExit() {
    let isFirst = Self.leftAtExit.withLock { paths in
      paths.append(path)
      return paths.count == 1
    }
    guard isFirst else { return }
    atexit {
      for path in TemporaryFolder.leftAtExit.withLock({ $0 }) { try? FileManager.default.removeItem(atPath: path) }
    }
  }

  private static let leftAtExit = Mutex<[String]>([])

  /// Writes a file and returns its path.
  @discardableResult package func file(_ name: String, _ bytes: [UInt8]) throws -> String {
    let file = "\(path)/\(name)"
    try Data(bytes).write(to: URL(filePath: file))
    return file
  }

  @discardableResult package func file(_ name: String, _ text: String) throws -> String {
    try file(name, Array(text.utf8))
  }
}

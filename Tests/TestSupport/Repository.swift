import Foundation

/// Where things are on the machine that runs the tests.
package enum Repository {
  /// The checkout, found from this source file's place in it.
  package static let root = URL(filePath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  /// A file of the checkout.
  package static func file(_ path: String) -> String { root.appending(path: path).path }

  /// The measurement data beside the checkout; `nil` where it is absent, and tests that need it are skipped.
  package static let sharedData: String? = {
    let path = root.deletingLastPathComponent().appending(path: "shared").path
    return FileManager.default.fileExists(atPath: path + "/golden/INDEX.json") ? path : nil
  }()

  package static let hasGoldenData = sharedData != nil

  package static func bytes(_ path: String) throws -> [UInt8] {
    [UInt8](try Data(contentsOf: URL(filePath: path)))
  }
}

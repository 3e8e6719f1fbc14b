import Common
import Files

/// What `attack.json` in an attack's folder says about the pictures that the attack was tried on.
package enum AttackRecordFile {
  package static let name = "attack.json"

  private static let maxBytes = 500_000_000
  private static let limits = JSONValue.Limits(depth: 8, values: 20_000_000)

  /// The names of the pictures that the attack was tried on, with success or not; `nil` for a folder without a record.
  ///
  /// - Throws: `unreadable-file`; `invalid-json` for a record that is none.
  package static func triedNames(in folder: RawPath) throws(SluiceError) -> Set<String>? {
    let path = folder.description + "/" + name
    guard FileStatus(path)?.isRegularFile == true else { return nil }
    let bytes = try readFile(path, atMost: maxBytes)
    let record = try JSONValue(reading: bytes.span, limits: limits)
    guard case .array(let images) = record["images"] else {
      throw SluiceError(
        .invalidJSON, "\(path) is no record of an attack", remedy: "move it to another folder, or repeat the attack")
    }
    return Set(
      images.compactMap { image in
        image["outcome"]?.string == "skipped" ? nil : image["name"]?.string
      })
  }
}

import Common
import Files

/// What became of pictures as it comes in, on disk: what an interrupted attack goes on from.
///
/// The first line says which attack on which filter it is of, every other one holds a picture. A line that an interruption
/// cut off is passed over, and its picture is attacked again, with the same result.
package final class AttackJournal {
  package let path: String
  /// What earlier runs did, by number.
  package private(set) var images: [Int: AttackedImage] = [:]
  private let file: OutputFile

  private static let maxBytes = 1_000_000_000
  private static let rowLimits = JSONValue.Limits(depth: 4, values: 1000)

  /// Opens or creates a journal.
  ///
  /// - Throws: `attack-mismatch` when it is of another attack; `unreadable-file`, `unwritable-output`.
  package init(_ path: String, of plan: AttackPlan, on filter: String) throws(SluiceError) {
    self.path = path
    let header = JSONValue.object(["attackOn": .string(filter), "plan": plan.json]).text
    let text =
      FileStatus(path) == nil ? "" : String(decoding: try readFile(path, atMost: Self.maxBytes), as: UTF8.self)
    let lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    // A header that was cut off had no picture after it.
    let isNew = lines.count <= 1 && text != header + "\n"
    if isNew, !lines.isEmpty { try removeFile(path) }
    if !isNew, lines.first.map(String.init) != header {
      throw SluiceError(
        .attackMismatch, "\(path) is of an interrupted attack with other settings, or on another filter",
        remedy: "repeat that attack to finish it, or name another folder")
    }
    for line in lines.dropFirst() {
      let bytes = Array(line.utf8)
      guard let json = try? JSONValue(reading: bytes.span, limits: Self.rowLimits), let image = AttackedImage(json)
      else { continue }
      images[image.number] = image
    }
    file = try .appended(path)
    if isNew {
      try file.write(Array((header + "\n").utf8))
    } else if !text.hasSuffix("\n") {
      try file.write([0x0A])
    }
  }

  /// - Throws: `unwritable-output`.
  package func append(_ image: AttackedImage) throws(SluiceError) {
    try file.write(Array((image.json.text + "\n").utf8))
  }
}

extension SluiceError.Code {
  package static let attackMismatch = SluiceError.Code("attack-mismatch")
}

import Common
import Decision
import Files
import FilterPipeline

/// Scores as they come in, on disk: what an interrupted calibration goes on from.
///
/// The first line says which filter the scores are of, every other one holds an image. A line that an interruption cut
/// off is passed over, and its image is scored again.
package final class ScoreJournal {
  package let path: String
  /// What earlier runs scored.
  package private(set) var images: [ScoredImage] = []
  private let file: OutputFile

  private static let maxBytes = 2_000_000_000
  private static let rowLimits = JSONValue.Limits(depth: 4, values: 10_000)

  /// Opens or creates a journal.
  ///
  /// - Parameters:
  ///   - detectors: whose scores a row has, in their order.
  ///   - thresholds: what decides the flags that a row has. Giving a detector one, or taking it away, changes what a row holds,
  ///     and no score.
  ///   - forwarded: the squeezed version whose class a row has; `nil` for that of the image itself.
  /// - Throws: `calibration-mismatch` when it holds scores of another filter, forwarded version or other detectors; `unreadable-file`,
  ///   `unwritable-output`.
  package init(
    _ path: String, of identity: CalibrationIdentity, detectors: [String], thresholds: [String] = [],
    forwarded: String? = nil
  ) throws(SluiceError) {
    self.path = path
    let header = Self.header(identity, detectors, thresholds, forwarded).text
    let isThere = FileStatus(path) != nil
    let text = isThere ? String(decoding: try readFile(path, atMost: Self.maxBytes), as: UTF8.self) : ""
    var lines = text.split(separator: "\n", omittingEmptySubsequences: true)
    // A run that ended before its first image leaves nothing to lose.
    if lines.count == 1, text != header + "\n" {
      try removeFile(path)
      lines = []
    }
    if let first = lines.first, first != header {
      throw SluiceError(
        .calibrationMismatch,
        "\(path) holds scores of an interrupted calibration of another filter, another forwarded version, other detectors or "
          + "other models",
        remedy: "delete it to begin anew")
    }
    images = lines.dropFirst().compactMap { try? Row(json: Array($0.utf8), limits: Self.rowLimits).image }
      .filter { $0.scores.count == detectors.count }
    file = try .appended(path)
    if lines.isEmpty {
      try file.write(Array((header + "\n").utf8))
    } else if !text.hasSuffix("\n") {
      try file.write([0x0A])
    }
  }

  package func append(_ image: ScoredImage) throws(SluiceError) {
    try file.write(Array((image.json.text + "\n").utf8))
  }

  /// Deletes the journal, once a calibration has been made of it.
  package func remove() { try? removeFile(path) }

  private static func header(
    _ identity: CalibrationIdentity, _ detectors: [String], _ thresholds: [String], _ forwarded: String?
  ) -> JSONValue {
    .object([
      "scoresOf": .string(identity.filterDigest), "detectors": .array(detectors.map(JSONValue.string)),
      "thresholds": .array(thresholds.map(JSONValue.string)), "forwarded": forwarded.map(JSONValue.string),
      "files": .object(identity.files.map { JSONValue.Member(name: $0.key, value: .string($0.digest)) }),
      "precisions": .object(sorted: identity.precisions, JSONValue.string),
    ])
  }

  private struct Row: Decodable {
    let digest: String
    let kind: String
    let attack: String?
    let gray: Bool
    let format: String
    let subsampling: String?
    let quality: Int?
    let scale: Double
    let scores: [Double?]
    let baseline: Double?
    let predictedClass: Int?
    let trueClass: Int?
    let confidence: Double?
    let milliseconds: [String: Double]?
    let flags: [String: String]?

    var image: ScoredImage {
      ScoredImage(
        digest: digest, kind: kind, attack: attack,
        origin: ImageOrigin(
          isGray: gray, format: format, subsampling: subsampling, quality: quality, scale: scale),
        scores: scores, baseline: baseline, predictedClass: predictedClass, trueClass: trueClass,
        confidence: confidence, milliseconds: milliseconds ?? [:], flags: flags ?? [:])
    }
  }
}

extension ScoredImage {
  fileprivate var json: JSONValue {
    .object([
      "digest": .string(digest), "kind": .string(kind), "attack": attack.map(JSONValue.string),
      "gray": .bool(origin.isGray), "format": .string(origin.format),
      "subsampling": origin.subsampling.map(JSONValue.string), "quality": origin.quality.map(JSONValue.integer),
      "scale": .number(origin.scale), "scores": .array(scores.map { $0.map { .number($0) } ?? .null }),
      "baseline": baseline.map { .number($0) }, "predictedClass": predictedClass.map(JSONValue.integer),
      "trueClass": trueClass.map(JSONValue.integer),
      "confidence": confidence.map { .number($0) },
      "milliseconds": .object(sorted: milliseconds) { .number($0, decimals: 3) },
      "flags": .object(sorted: flags, JSONValue.string),
    ])
  }
}

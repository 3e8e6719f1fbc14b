import AuditLog
import Auditing
import Common
import Files
import FilterPipeline

/// What came of judging again, a line for each image that deserves one and a summary.
struct ReplayReport {
  private let isJSON: Bool
  private let output = OutputFile.standardOutput()
  private var (judged, same, leftOut, otherFilter) = (0, 0, 0, 0)
  private var (deleted, neverKept) = (0, 0)
  private var (flaggedThatPass, cleanThatAreFlagged) = (0, 0)
  private var (flagged, clean) = (0, 0)

  init(isJSON: Bool) {
    self.isJSON = isJSON
  }

  /// Whether the exit status is to tell of something.
  var hasDeviations: Bool { leftOut > 0 || same < judged }
  /// Whether there was no image at all to judge.
  var isEmpty: Bool { judged + leftOut == 0 }

  mutating func take(_ record: StoredRecord, _ outcome: Replay.Outcome) throws(SluiceError) {
    switch outcome {
    case .leftOut(let why):
      leftOut += 1
      try write(record, text: "left out: \(why)", json: ["leftOut": .string(why)])
    case .judged(let comparison):
      count(comparison)
      guard isJSON || isNoteworthy(comparison) else { return }
      try write(record, text: sentence(comparison), json: members(comparison))
    }
  }

  /// An image that was kept and is not any more: there may be many, which are added up.
  mutating func takeDeleted(_ record: StoredRecord) throws(SluiceError) {
    leftOut += 1
    deleted += 1
    let why = "its bytes have been deleted"
    if isJSON { try write(record, text: why, json: ["leftOut": .string(why)]) }
  }

  /// A record whose image nobody was to keep.
  mutating func passOver() { neverKept += 1 }

  func finish() throws(SluiceError) {
    let passedOver = neverKept > 0 ? "no image was kept of \(counted(neverKept, "more record"))" : nil
    guard !isJSON else {
      if let passedOver { Terminal.say("sluice: \(passedOver)") }
      return
    }
    var lines = [
      "\(counted(judged, "image")) judged again, \(same) with the same verdict and scores, \(leftOut) left out"
    ]
    if deleted > 0 { lines.append("\(deleted) of those left out \(deleted == 1 ? "has" : "have") been deleted since") }
    if let passedOver { lines.append(passedOver) }
    if otherFilter > 0 {
      lines.append(
        "\(counted(otherFilter, "record is", plural: "records are")) of a filter, calibration or model other than this one"
      )
      lines.append("\(flaggedThatPass) of \(counted(flagged, "flagged image")) would pass")
      lines.append("\(cleanThatAreFlagged) of \(counted(clean, "clean image")) would be flagged")
    }
    try output.write(Array((lines.joined(separator: "\n") + "\n").utf8))
  }

  private mutating func count(_ comparison: Replay.Comparison) {
    judged += 1
    if comparison.isSame { same += 1 }
    if !comparison.isSameFilter { otherFilter += 1 }
    switch comparison.recorded {
    case .adversarial:
      flagged += 1
      if comparison.replayed == .clean { flaggedThatPass += 1 }
    case .clean:
      clean += 1
      if comparison.replayed == .adversarial { cleanThatAreFlagged += 1 }
    case .rejected, .failed: break
    }
  }

  private func isNoteworthy(_ comparison: Replay.Comparison) -> Bool {
    // Another filter has other scores; what counts is where it decides otherwise.
    comparison.isSameFilter ? !comparison.isSame : !comparison.isSameVerdict
  }

  private func sentence(_ comparison: Replay.Comparison) -> String {
    var parts = [
      comparison.isSameVerdict
        ? "\(comparison.recorded.rawValue) again"
        : "\(comparison.recorded.rawValue), now \(comparison.replayed.rawValue)"
    ]
    if let largest = comparison.largest {
      parts.append("\(largest.detector) differs by \(rounded(largest.difference))")
    }
    if !comparison.unmatched.isEmpty {
      parts.append("scores without a counterpart: \(comparison.unmatched.joined(separator: ", "))")
    }
    return parts.joined(separator: "; ")
  }

  private func members(_ comparison: Replay.Comparison) -> KeyValuePairs<String, JSONValue?> {
    [
      "recorded": .string(comparison.recorded.rawValue), "replayed": .string(comparison.replayed.rawValue),
      "asked": .array(comparison.verdict.asked.map { .string($0.name) }),
      "end": .string(comparison.verdict.ending.rawValue),
      "same": .bool(comparison.isSame), "sameFilter": .bool(comparison.isSameFilter),
      "largestDifference": comparison.largest.map { .number($0.difference) },
      "detector": comparison.largest.map { .string($0.detector) },
      "unmatched": comparison.unmatched.isEmpty ? nil : .array(comparison.unmatched.map(JSONValue.string)),
    ]
  }

  private func write(
    _ record: StoredRecord, text: String, json: KeyValuePairs<String, JSONValue?>
  ) throws(SluiceError) {
    let line =
      isJSON
      ? JSONValue.object(
        [JSONValue.Member(name: "record", value: .string(record.reference.description))]
          + JSONValue.object(json).members
      ).text
      : "\(record.reference) \((record.verdict.source ?? "").printable): \(text.printable)"
    try output.write(Array((line + "\n").utf8))
  }
}

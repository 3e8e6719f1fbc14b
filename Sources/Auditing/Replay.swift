import AuditLog
import Common
import Detectors
import FilterPipeline
import ImageCodecs
import Pixels

/// Judges recorded images again.
package struct Replay: Sendable {
  private let store: AuditStore
  private let pipeline: Pipeline
  private let isComplete: Bool

  /// - Parameters:
  ///   - pipeline: the filter to judge with; its environment traces files.
  ///   - isComplete: whether everything is asked, even where the verdict is certain before.
  package init(_ store: AuditStore, _ pipeline: Pipeline, isComplete: Bool = false) {
    self.isComplete = isComplete
    self.store = store
    self.pipeline = pipeline
  }

  /// Scores that differ by less are the same: a batch of another size is summed up in another order.
  package static let tolerance = 1e-4

  package enum Outcome: Sendable {
    /// Judged again.
    case judged(Comparison)
    /// It could not be, and why.
    case leftOut(String)
  }

  /// Two judgements of one image.
  package struct Comparison: Sendable {
    package let recorded: String
    package let verdict: Verdict
    /// The largest difference of a score, and the detector that gave it; `nil` without scores in common.
    package let largest: (detector: String, difference: Double)?
    /// Detectors that have a score in one of the two only.
    package let unmatched: [String]
    /// Whether filter, calibration, models and references are those that the record names.
    package let isSameFilter: Bool

    package var replayed: String { verdict.outcome.rawValue }
    package var isSameVerdict: Bool { recorded == replayed }
    package var isSame: Bool {
      isSameVerdict && unmatched.isEmpty && (largest?.difference ?? 0) <= Replay.tolerance
    }
  }

  /// Whether a record was made by this filter, with this calibration and these models.
  package func isOfThisFilter(_ record: JSONValue) -> Bool { record["filter"] == pipeline.identity.json }

  /// Judges the image of a record again.
  ///
  /// - Throws: `audit-unavailable`.
  /// - Complexity: as judging an image.
  package func replay(_ record: StoredRecord) async throws(SluiceError) -> Outcome {
    let json = record.json
    guard let sha256 = json["sha256"]?.string, let recorded = json["verdict"]?.string else {
      return .leftOut("it was never read")
    }
    let bytes: [UInt8]
    do throws(SluiceError) {
      guard let kept = try store.image(sha256) else { return .leftOut("its bytes are not kept") }
      bytes = kept
    } catch {
      guard error.code == .quarantineDamaged else { throw error }
      return .leftOut(error.description)
    }
    let verdict = await pipeline.judge(Self.input(json, bytes), id: 1, as: .init(complete: isComplete)).verdict
    let (largest, unmatched) = differences(json, verdict)
    return .judged(
      Comparison(
        recorded: recorded, verdict: verdict, largest: largest, unmatched: unmatched,
        isSameFilter: isOfThisFilter(json)))
  }

  /// The image of a record as it came.
  package static func input(_ record: JSONValue, _ bytes: [UInt8]) -> EncodedInput {
    EncodedInput(source: record["source"]?.string ?? "", bytes: bytes, pixels: layout(record["pixels"], bytes.count))
  }

  private static func layout(_ json: JSONValue?, _ count: Int) -> EncodedInput.PixelLayout? {
    guard let json, let width = json["width"]?.integer, let height = json["height"]?.integer, width > 0, height > 0,
      let channels = json["channels"]?.integer.flatMap(PixelChannels.init(rawValue:)),
      width <= count, height <= count, width * height * channels.rawValue == count
    else { return nil }
    return EncodedInput.PixelLayout(size: PixelSize(width: width, height: height), channels: channels)
  }

  private func differences(
    _ record: JSONValue, _ verdict: Verdict
  ) -> (largest: (detector: String, difference: Double)?, unmatched: [String]) {
    var largest: (detector: String, difference: Double)?
    var before: [String: Double?] = [:]
    for detector in record["detectors"]?.elements ?? [] {
      if let name = detector["name"]?.string { before[name] = detector["score"]?.double }
    }
    var unmatched = Set(before.keys)
    // What was not asked when the record was made is no deviation where everything is asked now.
    let asksMore = isComplete && record["way"]?["end"]?.string != Verdict.Ending.complete.rawValue
    for detector in verdict.detectors {
      guard let then = before[detector.name] else {
        if !asksMore { unmatched.insert(detector.name) }
        continue
      }
      guard (then == nil) == (detector.score.value == nil) else { continue }
      unmatched.remove(detector.name)
      guard let then, let now = detector.score.value else { continue }
      let difference = abs(then - now)
      if difference >= largest?.difference ?? 0 { largest = (detector.name, difference) }
    }
    return (largest, unmatched.sorted())
  }
}

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
    package let recorded: Verdict.Outcome
    package let verdict: Verdict
    /// The largest difference of a score, and the detector that gave it; `nil` without scores in common.
    package let largest: (detector: String, difference: Double)?
    /// Detectors that have a score in one of the two only.
    package let unmatched: [String]
    /// Whether filter, calibration, models and references are those that the record names.
    package let isSameFilter: Bool

    package var replayed: Verdict.Outcome { verdict.outcome }
    package var isSameVerdict: Bool { recorded == replayed }
    package var isSame: Bool {
      isSameVerdict && unmatched.isEmpty && (largest?.difference ?? 0) <= Replay.tolerance
    }
  }

  /// Whether a record was made by this filter, with this calibration and these models.
  package func isOfThisFilter(_ record: RecordedVerdict) -> Bool {
    record.filter == pipeline.identity.recorded
  }

  /// Judges the image of a record again.
  ///
  /// - Throws: `audit-unavailable`.
  /// - Complexity: as judging an image.
  package func replay(_ record: StoredRecord) async throws(SluiceError) -> Outcome {
    let said: RecordedVerdict
    do throws(SluiceError) { said = try RecordedVerdict(record.json) } catch { return .leftOut(error.message) }
    guard let sha256 = said.sha256, let recorded = said.outcome else { return .leftOut("it was never read") }
    let bytes: [UInt8]
    do throws(SluiceError) {
      guard let kept = try store.image(sha256) else { return .leftOut("its bytes are not kept") }
      bytes = kept
    } catch {
      guard error.code == .quarantineDamaged || error.code == .quarantineEncrypted else { throw error }
      return .leftOut(error.description)
    }
    let verdict = await pipeline.judge(Self.input(said, bytes), id: 1, as: .init(asksEverything: isComplete)).verdict
    let (largest, unmatched) = differences(said, verdict)
    return .judged(
      Comparison(
        recorded: recorded, verdict: verdict, largest: largest, unmatched: unmatched,
        isSameFilter: isOfThisFilter(said)))
  }

  /// The image of a record as it came.
  package static func input(_ record: RecordedVerdict, _ bytes: [UInt8]) -> EncodedInput {
    EncodedInput(source: record.source ?? "", bytes: bytes, pixels: layout(record.pixels, bytes.count))
  }

  private static func layout(_ pixels: RecordedPixels?, _ count: Int) -> EncodedInput.PixelLayout? {
    guard let pixels, let width = pixels.width, let height = pixels.height, width > 0, height > 0,
      let channels = pixels.channels.flatMap(PixelChannels.init(rawValue:)),
      width <= count, height <= count, width * height * channels.rawValue == count
    else { return nil }
    return EncodedInput.PixelLayout(size: PixelSize(width: width, height: height), channels: channels)
  }

  private func differences(
    _ record: RecordedVerdict, _ verdict: Verdict
  ) -> (largest: (detector: String, difference: Double)?, unmatched: [String]) {
    var largest: (detector: String, difference: Double)?
    var before: [String: Double?] = [:]
    for detector in record.detectors {
      if let name = detector.name { before[name] = .some(detector.score) }
    }
    var unmatched = Set(before.keys)
    // What was not asked when the record was made is no deviation where everything is asked now.
    let asksMore = isComplete && record.way?.end != .complete
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

import StatefulDetection
import StatefulDetectionRedis

/// Questions for tests.
enum Samples {
  static func fingerprint(_ seed: UInt8) -> Fingerprint {
    var state = UInt64(seed) &* 0x9E37_79B9_7F4A_7C15 | 1
    let bytes = (0..<Fingerprint.byteCount).map { _ in
      state ^= state << 13
      state ^= state >> 7
      state ^= state << 17
      return UInt8(truncatingIfNeeded: state)
    }
    guard let fingerprint = Fingerprint(bytes: bytes) else { fatalError("a fingerprint has that many bytes") }
    return fingerprint
  }

  static func question(
    _ seed: UInt8 = 1, record: String = "request#2", client: String? = "10.1.2.3", time: Int64 = 1_790_000_000_123,
    outcome: Answer.Outcome = .clean, label: Int? = 7, score: Float? = 0.75, logOdds: Float? = 1.0986
  ) -> Question {
    Question(
      record: record, client: client, time: time, fingerprint: fingerprint(seed),
      answer: Answer(
        outcome: outcome, label: label, score: score, logOdds: logOdds, filter: 0xFEDC_BA98_7654_3210))
  }
}

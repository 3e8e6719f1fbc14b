import AuditLog
import Testing

struct AuditTimeTests {
  @Test(
    "moments are written to the microsecond, before 1970 as well",
    arguments: [
      (0, "1970-01-01T00:00:00.000000Z", "1970-01-01 00:00:00"),
      (1_709_164_800_000_001, "2024-02-29T00:00:00.000001Z", "2024-02-29 00:00:00"),
      (1_795_564_799_999_999, "2026-11-24T23:59:59.999999Z", "2026-11-24 23:59:59"),
      (-1, "1969-12-31T23:59:59.999999Z", "1969-12-31 23:59:59"),
      (-1_000_000, "1969-12-31T23:59:59.000000Z", "1969-12-31 23:59:59"),
      (253_402_300_799_999_999, "9999-12-31T23:59:59.999999Z", "9999-12-31 23:59:59"),
    ])
  func printing(microseconds: Int, text: String, short: String) {
    let time = AuditTime(microseconds: microseconds)
    #expect(time.text == text && time.shortText == short)
    if microseconds >= 0 { #expect(AuditTime(text) == time) }
  }

  @Test(
    "dates, and dates with times, are read as UTC",
    arguments: [
      ("1970-01-01", 0), ("2024-02-29", 1_709_164_800_000_000), ("2024-02-29Z", 1_709_164_800_000_000),
      ("2000-02-29T12:00", 951_825_600_000_000), ("2026-11-24 23:44", 1_795_563_840_000_000),
      ("2026-11-24T23:44:02", 1_795_563_842_000_000), ("2026-11-24T23:44:02.5Z", 1_795_563_842_500_000),
      ("2026-11-24 23:44:02.000001", 1_795_563_842_000_001),
    ])
  func reading(text: String, microseconds: Int) {
    #expect(AuditTime(text)?.microseconds == microseconds)
  }

  @Test(
    "anything else is no time",
    arguments: [
      "", "Z", "T", "now", "2026", "2026-11", "2026-11-24T", "2026-11-24T23", "2026-11-24T24:00", "2026-11-24T23:60",
      "2026-11-24T23:44:60", "2026-11-24T23:44.5", "2026-11-24T23:44:02.", "2026-11-24T23:44:02.1234567",
      "2026-11-24T23:44:02+01:00", "2026-11-24T23:44:02ZZ", "2026-11-24  23:44", "2026-11-24T23:44 ", " 2026-11-24",
      "2026-02-30", "2023-02-29", "1900-02-29", "2026-00-10", "2026-13-10", "2026-10-00", "2026-10-32", "1969-12-31",
      "10000-01-01", "2026-1-2", "+026-11-24", "２０２６-11-24", "2026/11/24", "1", "h", "-1h", "+1h", "1.5h", "1w", "1 h",
      "1h30m", "٣h", "999999999d", "99999999999999999999s", "2026-11-24T23:44:02.5\u{0}Z",
    ])
  func invalid(text: String) {
    #expect(AuditTime(text) == nil)
  }

  @Test(
    "spans count back from now",
    arguments: [("0s", 0), ("90m", 5400), ("24h", 86_400), ("7d", 604_800), ("36500d", 3_153_600_000)])
  func spans(text: String, seconds: Int) {
    let now = AuditTime(microseconds: 1_795_563_842_123_456)
    #expect(AuditTime(text, now: now)?.microseconds == now.microseconds - seconds * 1_000_000)
  }

  @Test("durations are added and subtracted to the microsecond")
  func arithmetic() {
    let time = AuditTime(microseconds: 1_000_000)
    #expect((time + .milliseconds(1500)).microseconds == 2_500_000)
    #expect((time - .microseconds(1_000_001)).microseconds == -1)
    #expect(time < time + .microseconds(1))
  }

  @Test("no moment that a stranger may have written ends the process", arguments: [Int.min, .min + 1, .max])
  func extremes(microseconds: Int) {
    #expect(AuditTime(microseconds: microseconds).text.hasSuffix("Z"))
  }
}

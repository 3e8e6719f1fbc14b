import Common
import Glibc

/// A moment in UTC, to the microsecond.
package struct AuditTime: Sendable, Hashable, Comparable {
  /// Since 1970-01-01T00:00:00Z, leap seconds not counted.
  package let microseconds: Int

  package init(microseconds: Int) {
    self.microseconds = microseconds
  }

  package static var now: AuditTime {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    return AuditTime(microseconds: time.tv_sec * 1_000_000 + time.tv_nsec / 1000)
  }

  package static func < (first: AuditTime, second: AuditTime) -> Bool { first.microseconds < second.microseconds }

  package static func + (time: AuditTime, duration: Duration) -> AuditTime {
    AuditTime(microseconds: time.microseconds + Int(duration.wholeMicroseconds))
  }

  package static func - (time: AuditTime, duration: Duration) -> AuditTime { time + (.zero - duration) }

  /// As in `2026-11-24T23:44:02.123456Z` (RFC 3339).
  package var text: String { "\(calendar("%Y-%m-%dT%H:%M:%S")).\(padded(fraction, 6))Z" }

  /// To the second, for people: `2026-11-24 23:44:02`.
  package var shortText: String { calendar("%Y-%m-%d %H:%M:%S") }

  /// A part of the date or time, in `strftime`'s words.
  package func calendar(_ format: String) -> String {
    var seconds = microseconds / 1_000_000 - (microseconds % 1_000_000 < 0 ? 1 : 0)
    var parts = tm()
    gmtime_r(&seconds, &parts)
    var text = [CChar](repeating: 0, count: 64)
    let count = strftime(&text, text.count, format, &parts)
    return String(decoding: text.prefix(count).map { UInt8(bitPattern: $0) }, as: UTF8.self)
  }

  private var fraction: Int {
    let rest = microseconds % 1_000_000
    return rest < 0 ? rest + 1_000_000 : rest
  }
}

extension AuditTime {
  /// Reads a date, a date and a time, or a span before `now`: `2026-11-24`, `2026-11-24T23:44`, `2026-11-24T23:44:02.5Z`,
  /// `90m`, `24h`, `7d`. All in UTC; `nil` for anything else.
  package init?(_ text: String, now: AuditTime = .now) {
    if text.utf8.dropLast().allSatisfy(Self.isDigit), let span = TimeSpan.duration(text) {
      self = now - span
      return
    }
    let isUTC = text.hasSuffix("Z")
    let halves = (isUTC ? text.dropLast() : text[...]).split(
      omittingEmptySubsequences: false, whereSeparator: { $0 == "T" || $0 == " " })
    let date = Self.numbers(halves[0], "-", digits: [4, 2, 2])
    guard (1...2).contains(halves.count), let date, (1970...9999).contains(date[0]), (1...12).contains(date[1]) else {
      return nil
    }
    guard let (clock, fraction) = Self.clock(halves.count == 2 ? halves[1] : "00:00") else { return nil }
    var parts = tm()
    (parts.tm_year, parts.tm_mon, parts.tm_mday) = (Int32(date[0] - 1900), Int32(date[1] - 1), Int32(date[2]))
    (parts.tm_hour, parts.tm_min, parts.tm_sec) = (Int32(clock[0]), Int32(clock[1]), Int32(clock[2]))
    let seconds = timegm(&parts)
    // What does not exist, as 30 February, comes back as another day.
    guard parts.tm_mday == Int32(date[2]) else { return nil }
    self.init(microseconds: seconds * 1_000_000 + fraction)
  }

  private static func clock(_ text: Substring) -> ([Int], fraction: Int)? {
    let parts = text.split(separator: ".", omittingEmptySubsequences: false)
    guard (1...2).contains(parts.count) else { return nil }
    let isLong = parts[0].utf8.count == 8
    guard var clock = numbers(parts[0], ":", digits: isLong ? [2, 2, 2] : [2, 2]) else { return nil }
    if !isLong { clock.append(0) }
    guard clock[0] < 24, clock[1] < 60, clock[2] < 60 else { return nil }
    guard parts.count == 2 else { return (clock, 0) }
    guard isLong, (1...6).contains(parts[1].utf8.count), parts[1].utf8.allSatisfy(isDigit) else { return nil }
    return (clock, Int(parts[1] + String(repeating: "0", count: 6 - parts[1].utf8.count)) ?? 0)
  }

  private static func numbers(_ text: Substring, _ separator: Character, digits: [Int]) -> [Int]? {
    let parts = text.split(separator: separator, omittingEmptySubsequences: false)
    guard parts.map(\.utf8.count) == digits, parts.allSatisfy({ $0.utf8.allSatisfy(isDigit) }) else { return nil }
    return parts.compactMap { Int($0) }
  }

  private static func isDigit(_ byte: UInt8) -> Bool { (0x30...0x39).contains(byte) }
}

private func padded(_ number: Int, _ digits: Int) -> String {
  let text = String(number)
  return String(repeating: "0", count: max(0, digits - text.count)) + text
}

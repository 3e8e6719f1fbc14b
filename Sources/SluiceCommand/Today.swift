import Glibc

/// The day in UTC, as in 2026-11-24.
func today() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  var text = [CChar](repeating: 0, count: 16)
  strftime(&text, text.count, "%Y-%m-%d", &parts)
  return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
}

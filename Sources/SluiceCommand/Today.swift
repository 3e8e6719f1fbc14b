import Common
import Glibc

/// The day in UTC, as in 2026-11-24.
func today() -> String {
  var now = time(nil)
  var parts = tm()
  gmtime_r(&now, &parts)
  var text = [CChar](repeating: 0, count: 16)
  strftime(&text, text.count, "%Y-%m-%d", &parts)
  return String(cCharacters: text)
}

import Glibc

/// What people see: words on standard error, colour only on a terminal.
enum Terminal {
  static func say(_ text: String) {
    write(text + "\n")
  }

  static func write(_ text: String) {
    let bytes = Array(text.utf8)
    _ = Glibc.write(STDERR_FILENO, bytes, bytes.count)
  }

  static func isTerminal(_ descriptor: Int32) -> Bool { isatty(descriptor) == 1 }

  /// Whether the terminal is said to understand codes that colour text and go back in a line. Editors that run commands say `dumb`.
  static let takesCodes: Bool = {
    guard let kind = getenv("TERM") else { return false }
    return !["", "dumb"].contains(String(cString: kind))
  }()

  /// Whether text on standard output may be coloured (https://no-color.org).
  static let usesColour = isTerminal(STDOUT_FILENO) && takesCodes && getenv("NO_COLOR") == nil

  enum Style: String {
    case bold = "1"
    case dim = "2"
    case red = "1;31"
    case green = "1;32"
    case yellow = "33"
  }

  static func styled(_ text: String, _ style: Style) -> String {
    usesColour ? "\u{1B}[\(style.rawValue)m\(text)\u{1B}[0m" : text
  }
}

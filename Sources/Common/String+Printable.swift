extension String {
  /// The text without characters that steer a terminal or turn the direction of what follows: names of files and folders come
  /// from whoever made them.
  ///
  /// Line breaks are among them, so that a name stays inside its line.
  package var printable: String {
    String(UnicodeScalarView(unicodeScalars.map { $0.isPrintable ? $0 : "\u{FFFD}" }))
  }

  /// The same of a name inside a file, which may be of any length: of a long one its beginning and its end.
  ///
  /// - Complexity: O(its length).
  package var printableName: String {
    guard unicodeScalars.count > Self.longestPrintedName else { return printable }
    let half = Self.longestPrintedName / 2
    return String(unicodeScalars.prefix(half)).printable + "…" + String(unicodeScalars.suffix(half)).printable
  }

  private static let longestPrintedName = 200
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}

extension Unicode.Scalar {
  /// Whether it breaks a line or turns the direction of what follows, without being a control character: U+2028, U+2029, and what begins
  /// and ends embeddings, overrides and isolates of another direction.
  package var breaksOrTurnsText: Bool {
    switch value {
    case 0x2028...0x202E, 0x2066...0x2069: true
    default: false
    }
  }
}

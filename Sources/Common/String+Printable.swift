extension String {
  /// The text without characters that steer a terminal or turn the direction of what follows: names of files and folders come
  /// from whoever made them.
  ///
  /// Line breaks are among them, so that a name stays inside its line.
  package var printable: String {
    String(UnicodeScalarView(unicodeScalars.map { $0.hazard == .none ? $0 : "\u{FFFD}" }))
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

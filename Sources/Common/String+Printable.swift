extension String {
  /// The text without characters that steer a terminal or turn the direction of what follows: names of files and folders come
  /// from whoever made them.
  ///
  /// Line breaks are among them, so that a name stays inside its line.
  package var printable: String {
    String(UnicodeScalarView(unicodeScalars.map { $0.isPrintable ? $0 : "\u{FFFD}" }))
  }
}

extension Unicode.Scalar {
  fileprivate var isPrintable: Bool {
    switch properties.generalCategory {
    case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate: false
    default: true
    }
  }
}

import Common

/// Text from strangers for the cells of a table: names come from senders, a formula could call out, a control character could change what
/// a terminal shows, and others begin a line or turn what follows around.
package enum SpreadsheetText {
  /// The text with every such character made visible, and an apostrophe before what a spreadsheet would calculate.
  package static func inert(_ text: String) -> String {
    let visible = String(String.UnicodeScalarView(text.unicodeScalars.map(visible)))
    return isFormula(text) ? "'" + visible : visible
  }

  /// Spreadsheets pass over what is not seen before they look for a formula, and some take wide signs for narrow ones.
  static func isFormula(_ text: String) -> Bool {
    guard let first = text.unicodeScalars.first(where: { !isPassedOver($0) }) else { return false }
    return beginnings.contains(first)
  }

  /// `=`, `+`, `-`, `@`, the minus sign, and their small and full-width forms.
  private static let beginnings = Set(
    "=+-@\u{2212}\u{FE62}\u{FE63}\u{FE66}\u{FE6B}\u{FF0B}\u{FF0D}\u{FF1D}\u{FF20}".unicodeScalars)

  private static func isPassedOver(_ scalar: Unicode.Scalar) -> Bool {
    switch scalar.properties.generalCategory {
    case .control, .format, .nonspacingMark, .enclosingMark, .spacingMark, .spaceSeparator, .lineSeparator,
      .paragraphSeparator, .unassigned, .privateUse, .surrogate:
      true
    default: scalar.properties.isWhitespace || scalar.properties.isDefaultIgnorableCodePoint
    }
  }

  /// U+2400 and on are pictures of U+0000 to U+001F; of U+0080 to U+009F there are none.
  private static func visible(_ scalar: Unicode.Scalar) -> Unicode.Scalar {
    switch scalar.value {
    case 0x00...0x1F: Unicode.Scalar(0x2400 + scalar.value) ?? replacement
    case 0x7F: "\u{2421}"
    case 0x80...0x9F: replacement
    default: scalar.hazard >= .turns ? replacement : scalar
    }
  }

  private static let replacement: Unicode.Scalar = "\u{FFFD}"
}

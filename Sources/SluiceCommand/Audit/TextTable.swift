/// Rows of cells for a terminal, in columns as wide as what they hold; columns without contents are left out.
struct TextTable {
  private let heading: [String]
  private let rows: [[String]]

  private static let widest = 40
  private static let gap = "  "

  /// - Parameters:
  ///   - rows: a cell for each of the heading's. What a stranger wrote is made printable here, and long texts are cut.
  init(_ heading: [String], _ rows: [[String]]) {
    self.heading = heading
    self.rows = rows.map { $0.map(Self.shortened) }
  }

  /// The heading, and each row, without line breaks.
  ///
  /// - Complexity: O(characters).
  var lines: (heading: String, rows: [String]) {
    let columns = heading.indices.filter { column in rows.contains { !$0[column].isEmpty } }
    let widths = heading.indices.map { column in ([heading] + rows).map { $0[column].count }.max() ?? 0 }
    func line(_ cells: [String]) -> String {
      let aligned = columns.map { padded(cells[$0], widths[$0]) }.joined(separator: Self.gap)
      return String(aligned.reversed().drop { $0 == " " }.reversed())
    }
    return (Terminal.styled(line(heading), .dim), rows.map(line))
  }

  private static func shortened(_ text: String) -> String {
    let printable = Terminal.printable(text)
    return printable.count <= widest ? printable : printable.prefix(widest - 1) + "…"
  }
}

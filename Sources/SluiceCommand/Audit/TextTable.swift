import Common

/// Rows of cells for a terminal, in columns as wide as what they hold; columns without contents are left out.
struct TextTable {
  private let heading: [String]
  private var rows: [[String]] = []
  /// In characters, of the heading and of all rows.
  private var widths: [Int]
  /// Whether a row has something in the column.
  private var isUsed: [Bool]

  private static let widest = 40
  private static let gap = "  "

  init(_ heading: [String], _ rows: [[String]] = []) {
    self.heading = heading
    widths = heading.map(\.count)
    isUsed = heading.map { _ in false }
    for row in rows { append(row) }
  }

  var isEmpty: Bool { rows.isEmpty }

  /// - Parameters:
  ///   - row: a cell for each of the heading's. What a stranger wrote is made printable here, and long texts are cut.
  mutating func append(_ row: [String]) {
    let cells = row.map(Self.shortened)
    for (column, cell) in cells.enumerated() {
      widths[column] = max(widths[column], cell.count)
      if !cell.isEmpty { isUsed[column] = true }
    }
    rows.append(cells)
  }

  /// The heading, and each row, without line breaks.
  ///
  /// - Complexity: O(characters).
  var lines: (heading: String, rows: [String]) {
    let columns = heading.indices.filter { isUsed[$0] }
    func line(_ cells: [String]) -> String {
      let aligned = columns.map { padded(cells[$0], widths[$0]) }.joined(separator: Self.gap)
      // From the end: to take every character of the line apart takes much of the time of a long list.
      return aligned.lastIndex { $0 != " " }.map { String(aligned[...$0]) } ?? ""
    }
    return (Terminal.styled(line(heading), .dim), rows.map(line))
  }

  private static func shortened(_ text: String) -> String {
    let printable = text.printable
    return printable.count <= widest ? printable : printable.prefix(widest - 1) + "…"
  }
}

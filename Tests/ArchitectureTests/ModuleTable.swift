import Foundation
import TestSupport

/// The table of modules in Sources/README.md.
struct ModuleTable {
  private static let header = "| module | its one job | nearest imports |"

  /// What the last column names, by the modules of the first; what stands behind a semicolon is for readers.
  let nearest: [String: Set<String>]

  init() throws {
    let text = try String(contentsOfFile: Repository.file("Sources/README.md"), encoding: .utf8)
    let rows = text.split(separator: "\n").drop { $0 != Self.header }.dropFirst(2).prefix { $0.hasPrefix("| ") }
    var nearest: [String: Set<String>] = [:]
    for row in rows {
      let cells = row.split(separator: "|")
      guard cells.count == 3 else { continue }
      let imports = cells[2].prefix { $0 != ";" }.matches(of: /\w+/).map { String($0.0) }
      for name in cells[0].matches(of: /`(\w+)`/) { nearest[String(name.1)] = Set(imports) }
    }
    self.nearest = nearest
  }
}

import Common
import Detectors
import Squeezers
import TestSupport
import Testing

/// The tables in the documentation of filters say what the catalogues say.
struct CatalogueTableTests {
  /// A row of a table: its cells without the blanks around them.
  private typealias Row = [String]

  private static let document = "Filters/README.md"

  /// The rows of the first table whose header begins with these cells.
  private func rows(under header: [String]) throws -> [Row] {
    let text = String(decoding: try Repository.bytes(Repository.file(Self.document)), as: UTF8.self)
    let rows = text.split(separator: "\n", omittingEmptySubsequences: false).map { Self.cells($0) }
    let place = try #require(
      rows.firstIndex { $0.starts(with: header) }, "no table in \(Self.document) has the header \(header)")
    return Array(rows[(place + 2)...].prefix { !$0.isEmpty })
  }

  private static func cells(_ line: Substring) -> Row {
    guard line.hasPrefix("|") else { return [] }
    return line.split(separator: "|").map { cell in String(cell.trimming { $0 == " " }) }
  }

  private func expect(_ documented: [Row], _ declared: [Row]) {
    for row in declared where !documented.contains(row) {
      Issue.record("missing in \(Self.document): | \(row.joined(separator: " | ")) |")
    }
    for row in documented where !declared.contains(row) {
      Issue.record("not in the catalogue: | \(row.joined(separator: " | ")) |")
    }
    #expect(documented == declared, "the tables have the order of the catalogue")
  }

  @Test func squeezersAreTheDocumentedOnes() throws {
    #expect(try rows(under: ["squeezer", "parameters"]).map { $0[0] } == SqueezerKind.all.map { "`\($0.name)`" })
  }

  @Test func detectorsAreTheDocumentedOnes() throws {
    #expect(try rows(under: ["detector", "looks at"]).map { $0[0] } == DetectorKind.all.map { "`\($0.name)`" })
  }

  @Test func parametersOfSqueezersAreTheDocumentedOnes() throws {
    let declared = SqueezerKind.all.flatMap { kind in kind.parameters.map { Self.row(kind.name, $0) } }
    expect(try rows(under: ["squeezer", "parameter", "permitted"]), declared)
  }

  @Test func parametersOfDetectorsAreTheDocumentedOnes() throws {
    let declared = DetectorKind.all.flatMap { kind in
      kind.entries.map { entry in
        ["`\(kind.name)`", "`\(entry.name)`", "–", entry.isRequired ? "required" : "–", entry.meaning]
      } + kind.parameters.map { Self.row(kind.name, $0) }
    }
    expect(try rows(under: ["detector", "key", "permitted"]), declared)
  }

  private static func row(_ kind: String, _ parameter: Parameter) -> Row {
    ["`\(kind)`", "`\(parameter.name)`", parameter.permitted, parameter.defaultText ?? "required", parameter.meaning]
  }
}

extension Substring {
  fileprivate func trimming(_ isTrimmed: (Character) -> Bool) -> Substring {
    let start = self.drop(while: isTrimmed)
    guard let end = start.lastIndex(where: { !isTrimmed($0) }) else { return "" }
    return start[...end]
  }
}

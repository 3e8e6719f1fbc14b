import Foundation
import TestSupport
import Testing

/// Links between the documents lead somewhere, the paths that they name are there, and tables are told from text.
struct DocumentLinkTests {
  /// Every Markdown page of the checkout, as a path in it.
  static let documents: [String] = {
    let files = FileManager.default
    let found = ["", ".github", "Filters", "Samples", "Sources", "Tests"].flatMap { folder -> [String] in
      let path = folder.isEmpty ? Repository.root.path : Repository.file(folder)
      let names =
        folder.isEmpty ? try? files.contentsOfDirectory(atPath: path) : try? files.subpathsOfDirectory(atPath: path)
      return (names ?? []).map { folder.isEmpty ? $0 : "\(folder)/\($0)" }
    }
    return found.filter { $0.hasSuffix(".md") && !$0.contains("/.build/") && !$0.contains(".docc/") }.sorted()
  }()

  @Test func thereAreDocuments() {
    #expect(Self.documents.contains("README.md") && Self.documents.contains("Filters/README.md"))
  }

  @Test(arguments: documents)
  func linksLeadSomewhere(document: String) throws {
    let text = try Self.text(of: document)
    for link in text.matches(of: /\]\((?!https?:|mailto:)([^)\s#]*)(?:#([^)\s]*))?\)/) {
      let target = link.output.1.isEmpty ? document : Self.resolved(String(link.output.1), from: document)
      guard FileManager.default.fileExists(atPath: Repository.file(target)) else {
        Issue.record("\(document) links to \(target), which is not there")
        continue
      }
      guard let anchor = link.output.2 else { continue }
      #expect(try Self.anchors(of: target).contains(String(anchor)), "\(document) links to \(target)#\(anchor)")
    }
  }

  @Test("the contents of a page have every section of it", arguments: documents)
  func contentsAreComplete(document: String) throws {
    let text = try Self.text(of: document)
    let paragraphs = text.split(separator: "\n\n")
    guard let contents = paragraphs.first(where: { $0.hasPrefix("Contents: ") }) else { return }
    let sections = text.split(separator: "\n").filter { $0.hasPrefix("## ") }.map(Self.anchor)
    for section in sections { #expect(contents.contains("(#\(section))"), "\(document) has \(section)") }
  }

  @Test(arguments: documents)
  func namedPathsAreThere(document: String) throws {
    for path in try Self.text(of: document).matches(of: /`((?:Sources|Tests|Samples|Filters)\/[A-Za-z0-9_.\/+-]*)/) {
      let name = String(path.output.1)
      // A name with a placeholder, or the beginning of several, is no path.
      if name.contains("NAME") || name.hasSuffix("…") { continue }
      #expect(FileManager.default.fileExists(atPath: Repository.file(name)), "\(document) names \(name)")
    }
  }

  @Test("a table ends with an empty line: text that follows a row directly is shown as a row", arguments: documents)
  func tablesEnd(document: String) throws {
    let lines = try Self.text(of: document).split(separator: "\n", omittingEmptySubsequences: false)
    var isFenced = false
    for (number, (line, next)) in zip(lines, lines.dropFirst()).enumerated() {
      if line.hasPrefix("```") { isFenced.toggle() }
      guard !isFenced, line.hasPrefix("|"), !next.isEmpty, !next.hasPrefix("|") else { continue }
      Issue.record("\(document):\(number + 2) follows a row of a table: \(next)")
    }
  }

  private static func text(of document: String) throws -> String {
    String(decoding: try Repository.bytes(Repository.file(document)), as: UTF8.self)
  }

  /// A link's target as a path in the checkout.
  private static func resolved(_ link: String, from document: String) -> String {
    var parts = document.split(separator: "/").dropLast().map(String.init)
    for part in link.split(separator: "/") {
      switch part {
      case ".": continue
      case "..": _ = parts.popLast()
      default: parts.append(String(part))
      }
    }
    return parts.joined(separator: "/")
  }

  /// The anchors of a page's headings: lower case, punctuation left out, blanks as hyphens.
  private static func anchors(of document: String) throws -> Set<String> {
    let headings = try text(of: document).split(separator: "\n").filter { $0.hasPrefix("#") }
    return Set(headings.map(anchor))
  }

  private static func anchor(_ heading: Substring) -> String {
    let words = heading.drop { $0 == "#" }.drop { $0 == " " }.lowercased()
    return String(words.compactMap { $0 == " " ? "-" : $0.isLetter || $0.isNumber || "-_".contains($0) ? $0 : nil })
  }
}

import Common
import FilterPipeline

/// Puts a witness into the text of a filter file as people write it, with its comments: block style, a section a key.
///
/// Rejected alternative: writing the file anew from what was read of it, which would lose comments and the order of things.
package enum WitnessInsertion {
  /// The text with the entries of a witness in it.
  ///
  /// - Parameters:
  ///   - calibration: the file that the new filter's calibration goes into, as the filter file is to name it.
  ///   - budget: for a filter whose detectors all had thresholds of their own.
  /// - Throws: `invalid-filter` where a section is written in one line, so that nothing can be added to it as it is.
  /// - Complexity: O(lines).
  package static func text(
    _ text: String, adding entries: WitnessEntries, calibration: String, budget: Double = 0.05
  ) throws(SluiceError) -> String {
    var file = SectionedText(text)
    if let models = try file.section("models") {
      file.insert(entries.model, under: models, at: models.body.lowerBound)
    } else {
      file.insertSection("models", entries.model, before: "detectors")
    }
    if let detectors = try file.section("detectors") {
      let lines = ["# What a model says that only this filter has."] + entries.detectors
      file.insert(lines, under: detectors, at: detectors.body.upperBound)
    } else {
      file.insertSection("detectors", entries.detectors, before: "decision")
    }
    let decision = [
      "calibration: \(YAMLText.quoted(calibration))", "rule: union", "groups: \(entries.groups)",
    ]
    if let section = try file.section("decision") {
      file.setMembers(decision, of: section)
    } else {
      file.insertSection("decision", ["falsePositiveBudget: \(YAMLText.number(budget))"] + decision, before: "forward")
    }
    return file.text
  }
}

/// A file of sections, each a key at the beginning of a line with lines below it that are indented.
private struct SectionedText {
  private var lines: [String]

  struct Section {
    /// The lines below the key, without comments and empty lines at their end.
    let body: Range<Int>
    /// What its members are indented by.
    let indent: Int
  }

  init(_ text: String) {
    // The two bytes that end a line elsewhere are one character.
    lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map(String.init)
    while lines.last == "" { lines.removeLast() }
  }

  var text: String { lines.joined(separator: "\n") + "\n" }

  private func start(of key: String) -> Int? { lines.firstIndex { $0.hasPrefix("\(key):") } }

  private static func indent(_ line: String) -> Int { line.prefix { $0 == " " }.count }

  private static func isContent(_ line: String) -> Bool {
    let text = line.drop { $0 == " " || $0 == "\r" }
    return !text.isEmpty && text.first != "#"
  }

  /// - Returns: `nil` for a key that is not there.
  /// - Throws: `invalid-filter` for one with its value on the same line.
  func section(_ key: String) throws(SluiceError) -> Section? {
    guard let start = start(of: key) else { return nil }
    let rest = lines[start].dropFirst(key.utf8.count + 1)
    var end = start + 1
    var last = end
    // A list may stand as far left as its key does.
    while end < lines.count, !Self.isContent(lines[end]) || lines[end].first == " " || lines[end].hasPrefix("- ") {
      if Self.isContent(lines[end]) { last = end + 1 }
      end += 1
    }
    guard !Self.isContent(String(rest)), last > start + 1,
      let first = lines[(start + 1)..<last].first(where: Self.isContent)
    else {
      throw SluiceError(
        .invalidFilter, "`\(key)` of the filter file is written in one line, or holds nothing",
        remedy: "write its entries on lines of their own, or leave out -o and add the printed lines by hand")
    }
    return Section(body: start + 1..<last, indent: Self.indent(first))
  }

  mutating func insert(_ new: [String], under section: Section, at place: Int) {
    lines.insert(contentsOf: new.map { String(repeating: " ", count: section.indent) + $0 }, at: place)
  }

  /// A new section before another one, or where that is not there, at the end.
  mutating func insertSection(_ key: String, _ body: [String], before next: String) {
    var place = start(of: next) ?? lines.count
    // The comment above a section belongs to it.
    while place > 0, lines[place - 1].hasPrefix("#"), place < lines.count { place -= 1 }
    lines.insert(contentsOf: ["\(key):"] + body.map { "  \($0)" }, at: place)
  }

  /// Gives members of a section a value, each in one line.
  mutating func setMembers(_ members: [String], of section: Section) {
    var end = section.body.upperBound
    let indent = String(repeating: " ", count: section.indent)
    for member in members {
      let key = member.prefix { $0 != ":" }
      if let place = (section.body.lowerBound..<end).first(where: { lines[$0].hasPrefix("\(indent)\(key):") }) {
        // A value over several lines goes with its key.
        var after = place + 1
        while after < end, Self.isContent(lines[after]), Self.indent(lines[after]) > section.indent { after += 1 }
        lines.replaceSubrange(place..<after, with: [indent + member])
        end -= after - place - 1
      } else {
        lines.insert(indent + member, at: end)
        end += 1
      }
    }
  }
}

import Testing

/// The blocks of a Markdown page that are to be run, by the section that they stand in.
struct ShellBlocks {
  /// A section, whose blocks build on each other.
  struct Section: CustomTestStringConvertible {
    let heading: String
    var blocks: [Block] = []

    var testDescription: String { heading }
  }

  /// What stands between two fences, with the language that the first one names.
  struct Block {
    let language: String
    var lines: [String] = []

    var text: String { lines.joined(separator: "\n") }
  }

  /// Reads a page; sections without blocks are left out.
  static func sections(of page: String) -> [Section] {
    var sections = [Section(heading: "")]
    var open: Block?
    for line in page.split(separator: "\n", omittingEmptySubsequences: false).map(String.init) {
      if line.hasPrefix("```"), let block = open {
        sections[sections.count - 1].blocks.append(block)
        open = nil
      } else if line.hasPrefix("```") {
        open = Block(language: String(line.dropFirst(3)))
      } else if open != nil {
        open?.lines.append(line)
      } else if line.hasPrefix("#") {
        sections.append(Section(heading: String(line.drop { $0 == "#" || $0 == " " })))
      }
    }
    return sections.filter { !$0.blocks.isEmpty }
  }
}

import Foundation
import TestSupport
import Testing

/// Examples in the help are there to be pasted: no terminal of the usual width may tear their lines.
struct HelpExampleTests {
  /// A command as it describes itself for programs.
  private struct Description: Decodable {
    let commandName: String
    let discussion: String?
    let subcommands: [Description]?

    /// The words that call each command, and its discussion.
    func discussions(_ parents: [String] = []) -> [(words: [String], text: String)] {
      [(parents, discussion ?? "")]
        + (subcommands ?? []).flatMap { $0.discussions(parents + [$0.commandName]) }
    }
  }

  private struct Help: Decodable {
    let command: Description
  }

  /// The indented lines, but for those of lists, as in `name: what it is`.
  private static func examples(_ text: String) -> [Substring] {
    text.split(separator: "\n").filter { line in
      line.hasPrefix("  ") && line.split(separator: " ").first?.last != ":"
    }
  }

  @Test func noTerminalTearsThem() throws {
    let dump = try SluiceCommand.run(["--experimental-dump-help"])
    let discussions = try JSONDecoder().decode(Help.self, from: Data(dump.output)).command.discussions()
    var count = 0
    for (words, text) in discussions {
      let examples = Self.examples(text)
      count += examples.count
      let help = try SluiceCommand.run(words + ["--help"], environment: ["COLUMNS": "80"])
      let shown = Set(help.outputText.split(separator: "\n"))
      for example in examples { #expect(shown.contains(example), "sluice \(words.joined(separator: " ")): \(example)") }
    }
    #expect(count > 50, "every command has examples")
  }

  @Test("what a command says of its exit status is a paragraph of its own, and names the one of a command that failed")
  func exitStatus() throws {
    let dump = try SluiceCommand.run(["--experimental-dump-help"])
    let discussions = try JSONDecoder().decode(Help.self, from: Data(dump.output)).command.discussions()
    let saying = discussions.filter { $0.text.contains("Exit status") }
    #expect(saying.count > 10)
    for (words, text) in saying {
      let status = text.split(separator: "\n\n").first { $0.hasPrefix("Exit status: 0") }
      #expect(status?.contains(" 2 ") == true, "sluice \(words.joined(separator: " "))")
    }
  }

  @Test("what SIGHUP has read again is said")
  func hangup() throws {
    let help = try SluiceCommand.run(["serve", "--help"], environment: ["COLUMNS": "400"])
    #expect(
      help.outputText.contains("SIGHUP has the files of tokens and the TLS certificate with its key read again as well")
    )
  }
}

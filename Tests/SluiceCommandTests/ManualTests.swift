import Foundation
import TestSupport
import Testing

/// The manual that installing places names every command and every option.
struct ManualTests {
  /// Writes the page; built on request only, so it is not always there.
  private static let generator = URL(filePath: SluiceCommand.path).deletingLastPathComponent()
    .appending(path: "generate-manual").path

  /// A command as it describes itself for programs.
  private struct Description: Decodable {
    struct Option: Decodable {
      struct Name: Decodable {
        let kind: String
        let name: String
      }

      let names: [Name]?
      let shouldDisplay: Bool
    }

    let commandName: String
    let arguments: [Option]?
    let subcommands: [Description]?

    /// The command and all below it, in the order of the page.
    var all: [Description] { [self] + (subcommands ?? []).flatMap(\.all) }
    /// Its long options, as the page's source writes them.
    var flags: [String] {
      (arguments ?? []).filter(\.shouldDisplay).flatMap { $0.names ?? [] }.filter { $0.kind == "long" }
        .map { "-\($0.name)" }
    }
  }

  private struct Help: Decodable {
    let command: Description
  }

  /// The commands of a page: the name, and the words of the lines that begin an option of it.
  private static func commands(of page: String) -> [(name: String, words: Set<String>)] {
    var commands: [(name: String, words: Set<String>)] = [("sluice", [])]
    for line in page.split(separator: "\n") {
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 2, words[0] == ".It" else { continue }
      if words[1] == "Em" { commands.append((words[2], [])) }
      if words[1] == "Fl" { commands[commands.count - 1].words.formUnion(words) }
    }
    return commands
  }

  @Test(
    .enabled(
      if: FileManager.default.isExecutableFile(atPath: generator), "needs generate-manual: Tests/run.sh builds it"))
  func theManualNamesEveryCommandAndOption() throws {
    let folder = try TemporaryFolder()
    let placed = try SluiceCommand.shell(
      "'\(Repository.file("Samples/place.sh"))' \"$SLUICE\" '\(Self.generator)' '\(folder.path)/prefix'")
    #expect(placed.status == 0, "\(placed.errors)")
    let manual = "\(folder.path)/prefix/share/man/man1/sluice.1"
    let commands = Self.commands(of: String(decoding: try Repository.bytes(manual), as: UTF8.self))
    let described = try SluiceCommand.run(["--experimental-dump-help"])
    let expected = try JSONDecoder().decode(Help.self, from: Data(described.output)).command.all
    #expect(commands.map(\.name) == expected.map(\.commandName))
    #expect(expected.count > 15 && expected.map(\.flags.count).reduce(0, +) > 100)
    for (command, description) in zip(commands, expected) {
      for flag in description.flags { #expect(command.words.contains(flag), "\(command.name) \(flag)") }
    }
    try expectThatManShows(under: "\(folder.path)/prefix")
    for completion in [
      "bash-completion/completions/sluice", "zsh/site-functions/_sluice", "fish/vendor_completions.d/sluice.fish",
    ] {
      #expect(try !Repository.bytes("\(folder.path)/prefix/share/\(completion)").isEmpty)
    }
    #expect(try SluiceCommand.shell("'\(folder.path)/prefix/bin/sluice' --version").status == 0)
  }

  /// `man sluice` shows the page, without a warning, where there is a `man`.
  private func expectThatManShows(under prefix: String) throws {
    let shown = try SluiceCommand.shell(
      "command -v man >/dev/null || exit 3; LC_ALL=C.UTF-8 MANPATH='\(prefix)/share/man' man --warnings sluice | cat")
    guard shown.status != 3 else { return print("manual: not shown, needs man") }
    #expect(shown.status == 0 && shown.errors.isEmpty, "\(shown.errors)")
    #expect(shown.outputText.contains("A filter gateway for image classifiers."))
    // A command of an example stays on a line of its own.
    #expect(shown.outputText.contains("\n       sluice audit verify\n"))
  }
}

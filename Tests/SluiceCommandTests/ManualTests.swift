import Foundation
import TestSupport
import Testing

/// The manual that installing places names every command and every option, with the values that it takes and its default.
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
      let allValues: [String]?
      let defaultValue: String?
      let parsingStrategy: String

      /// Its long names, as the page's source writes them.
      var flags: [String] { (names ?? []).filter { $0.kind == "long" }.map { "-\($0.name)" } }

      /// What `--help` says behind its description.
      var facts: String? {
        let word = parsingStrategy == "scanningForValue" ? "default as flag" : "default"
        let facts = [
          allValues.map { "values: \($0.joined(separator: ", "))" }, defaultValue.map { "\(word): \($0)" },
        ].compactMap(\.self)
        return facts.isEmpty ? nil : "(\(facts.joined(separator: "; ")))"
      }
    }

    let commandName: String
    let arguments: [Option]?
    let subcommands: [Description]?

    /// The command and all below it, in the order of the page.
    var all: [Description] { [self] + (subcommands ?? []).flatMap(\.all) }
    var options: [Option] { (arguments ?? []).filter(\.shouldDisplay) }
    var flags: [String] { options.flatMap(\.flags) }

    /// The flags that turn another one off, as in `--no-fail-open` behind `--fail-open`: that one's name, as the page's source
    /// writes it.
    var turnedOff: [String] {
      zip(flags, flags.dropFirst()).filter { "-no\($0)" == $1 }.map(\.0)
    }
  }

  private struct Help: Decodable {
    let command: Description
  }

  /// The commands of a page: the name, and what is said of an option, by each word of the line that begins it.
  private static func commands(of page: String) -> [(name: String, options: [String: Substring])] {
    var commands: [(name: String, options: [String: Substring])] = [("sluice", [:])]
    let lines = page.split(separator: "\n")
    for (line, next) in zip(lines, lines.dropFirst()) {
      let words = line.split(separator: " ").map(String.init)
      guard words.count > 2, words[0] == ".It" else { continue }
      if words[1] == "Em" { commands.append((words[2], [:])) }
      if words[1] == "Fl" { for word in words { commands[commands.count - 1].options[word] = next } }
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
    // Where zsh does not look by itself, it is said what makes it.
    #expect(placed.outputText.contains("  fpath+=(\(folder.path)/prefix/share/zsh/site-functions)\n"))
    let manual = "\(folder.path)/prefix/share/man/man1/sluice.1"
    let page = String(decoding: try Repository.bytes(manual), as: UTF8.self)
    let commands = Self.commands(of: page)
    let described = try SluiceCommand.run(["--experimental-dump-help"])
    let expected = try JSONDecoder().decode(Help.self, from: Data(described.output)).command.all
    #expect(commands.map(\.name) == expected.map(\.commandName))
    #expect(expected.count > 15 && expected.map(\.flags.count).reduce(0, +) > 100)
    for (command, description) in zip(commands, expected) {
      for flag in description.flags { #expect(command.options[flag] != nil, "\(command.name) \(flag)") }
      for option in description.options {
        guard let facts = option.facts else { continue }
        for flag in option.flags {
          #expect(command.options[flag]?.hasSuffix(" \(facts)") == true, "\(command.name) \(flag) \(facts)")
        }
      }
      for flag in description.turnedOff {
        #expect(command.options["-no\(flag)"].map(String.init) == "Turns -\(flag) off.", "\(command.name) \(flag)")
      }
    }
    #expect(page.contains("(values: fitted, filter; default: fitted)") && page.contains("(default as flag: all)"))
    #expect(page.contains("\n.It 2\nThe command failed.\n") && !page.contains(".Ex"), "1 is no error")
    try expectThatManShows(under: "\(folder.path)/prefix")
    for completion in [
      "bash-completion/completions/sluice", "zsh/site-functions/_sluice", "fish/vendor_completions.d/sluice.fish",
    ] {
      #expect(try !Repository.bytes("\(folder.path)/prefix/share/\(completion)").isEmpty)
    }
    try expectCompletions(under: "\(folder.path)/prefix/share", sayWhatTurnsOff: Set(expected.flatMap(\.turnedOff)))
    #expect(try SluiceCommand.shell("'\(folder.path)/prefix/bin/sluice' --version").status == 0)
  }

  /// A flag that turns another one off does not have that one's text in completions either.
  private func expectCompletions(under share: String, sayWhatTurnsOff flags: Set<String>) throws {
    #expect(flags.contains("-fail-open"))
    let zsh = String(decoding: try Repository.bytes("\(share)/zsh/site-functions/_sluice"), as: UTF8.self)
    let fish = String(
      decoding: try Repository.bytes("\(share)/fish/vendor_completions.d/sluice.fish"), as: UTF8.self)
    for flag in flags {
      #expect(zsh.contains("'--no\(flag)[Turns -\(flag) off.]'\n"), "\(flag)")
      #expect(fish.contains(" -l 'no\(flag)' -d 'Turns -\(flag) off.'\n"), "\(flag)")
    }
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

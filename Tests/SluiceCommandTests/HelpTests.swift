import TestSupport
import Testing

struct HelpTests {
  @Test(arguments: [["--help"], ["filter", "--help"], ["inspect", "--help"], ["help", "filter"]])
  func helpTeachesWithExamples(arguments: [String]) throws {
    let result = try SluiceCommand.run(arguments)
    #expect(result.status == 0)
    #expect(result.outputText.contains("-f filter.yaml") || result.outputText.contains("sluice filter"))
    #expect(result.errors.isEmpty)
  }

  @Test("commands that need a subcommand show their help", arguments: [[], ["audit"], ["--help-hidden"]])
  func helpWithoutAsking(arguments: [String]) throws {
    let result = try SluiceCommand.run(arguments)
    #expect(result.status == 0 && result.errors.isEmpty)
    #expect(result.outputText.contains("audit"))
  }

  @Test("a flagged image changes the exit status, also where it is forwarded")
  func exitStatus() throws {
    let result = try SluiceCommand.run(["filter", "--help"], environment: ["COLUMNS": "200"])
    #expect(result.outputText.contains("Exit status: 0 when every image was clean, 1 when at least one was flagged"))
  }

  @Test func versionIsOneLine() throws {
    let result = try SluiceCommand.run(["--version"])
    #expect(result.status == 0)
    #expect(result.outputText.hasPrefix("sluice "))
  }

  @Test(arguments: ["bash", "zsh", "fish"])
  func completionsExist(shell: String) throws {
    let result = try SluiceCommand.run(["--generate-completion-script", shell])
    #expect(result.status == 0)
    #expect(result.outputText.contains("files-from"))
  }
}

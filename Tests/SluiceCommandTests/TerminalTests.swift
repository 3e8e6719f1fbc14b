import TestSupport
import Testing

/// What is written to a terminal, which `script` stands in for.
@Suite(.enabled(if: Requirements.hasScript, "needs script, of util-linux"))
struct TerminalTests {
  /// Whether a command writes codes to a terminal of this kind.
  private func steers(_ arguments: String, terminal: String, in folder: TemporaryFolder) throws -> Bool {
    let result = try SluiceCommand.shell(
      "cd '\(folder.path)' && env -u NO_COLOR \(terminal) script -qec '\"$SLUICE\" \(arguments)' /dev/null < /dev/null")
    #expect(result.status == 0, "\(result.outputText)\(result.errors)")
    return result.outputText.contains("\u{1B}")
  }

  @Test(
    "codes go only to a terminal that says which it is, and understands them",
    arguments: [("TERM=xterm", true), ("TERM=dumb", false), ("TERM=", false), ("-u TERM", false)])
  func kinds(terminal: String, takesCodes: Bool) throws {
    let (folder, _) = try Filters.decodingFolder()
    #expect(try steers("squeezers", terminal: terminal, in: folder) == takesCodes)
    // The line of progress is wiped at the end, however short the run was.
    let filtering = "filter -f decode-only.yaml --format none --verdicts verdicts a.png"
    #expect(try steers(filtering, terminal: terminal, in: folder) == takesCodes)
  }
}

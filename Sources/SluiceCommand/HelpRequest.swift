import Common

/// A request for help, the version or completions, as people mean it.
///
/// The parser takes `-h.png` for single letters, of which one asks for help: a run over `*.png` would judge nothing and end as
/// if all of it were clean.
enum HelpRequest {
  private static let whole: Set<String> = ["-h", "-help", "--help", "--help-hidden", "--version"]
  private static let beginnings = ["--generate-completion-script", "--experimental-dump-help", "---completion"]

  /// Refuses what the parser took for such a request, where nobody made one.
  ///
  /// - Parameter arguments: those of the command line, without the name of the command.
  /// - Throws: `unknown-option`, naming it.
  static func checkIsMeant(in arguments: [String]) throws(SluiceError) {
    let options = arguments.prefix { $0 != "--" }
    guard arguments.first != "help", !options.contains(where: asks) else { return }
    guard let letters = options.first(where: { $0.hasPrefix("-") && !$0.hasPrefix("--") && $0.contains("h") }) else {
      return
    }
    throw SluiceError(
      .unknownOption, "`\(letters)` is no option", remedy: "put `--` before names that begin with a hyphen")
  }

  private static func asks(_ argument: String) -> Bool {
    whole.contains(argument) || beginnings.contains { argument.hasPrefix($0) }
  }
}

extension SluiceError.Code {
  fileprivate static let unknownOption = SluiceError.Code("unknown-option")
}

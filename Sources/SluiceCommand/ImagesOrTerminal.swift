import ArgumentParser

/// Where images come from that nobody has named.
enum ImagesOrTerminal {
  /// Refuses to wait for images that somebody would have to type: without paths or a list, they come from standard input.
  ///
  /// To be asked while arguments are validated, so that the usage that is shown is that of the command.
  ///
  /// - Throws: a usage error.
  static func check(_ paths: [String], listedIn filesFrom: String?) throws {
    guard filesFrom == nil, paths.isEmpty, Terminal.isTerminal(0) else { return }
    throw ValidationError("name images, or pipe them to standard input")
  }
}

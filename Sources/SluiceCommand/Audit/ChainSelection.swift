import ArgumentParser

/// What `--chain` asks for: the searches that were noticed, or the images of one.
enum ChainSelection: ExpressibleByArgument, Hashable {
  case all
  case one(String)

  private static let longest = 200

  init?(argument: String) {
    guard (1...Self.longest).contains(argument.utf8.count) else { return nil }
    self = .one(argument)
  }
}

/// What is said of trouble with a model server, for people.
package struct UpstreamWords: Sendable {
  /// What happened, in words of this side: the same each time that the same happens.
  let event: String
  /// What the server said of it, which may be something else each time; `nil` where it said nothing.
  let quote: String?

  /// A server may say anything, at any length.
  private static let longest = 1000

  package init(_ event: String, quote: String? = nil) {
    self.event = String(event.prefix(Self.longest))
    self.quote = quote.flatMap { $0.isEmpty ? nil : String($0.prefix(Self.longest)) }
  }

  /// Of an answer that cannot be read.
  init(doesNotAddUp message: String) { self.init("its answer does not add up", quote: message) }
}

extension UpstreamWords: CustomStringConvertible {
  package var description: String { quote.map { "\(event): \($0)" } ?? event }
}

extension UpstreamWords: ExpressibleByStringInterpolation {
  package init(stringLiteral text: String) { self.init(text) }
}

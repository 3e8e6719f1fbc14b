import Common

/// A kind of squeezer as filter files name it: what it takes, what it does, where it comes from.
package struct SqueezerKind: Sendable {
  package let key: SqueezerKey
  /// What it computes, in a phrase.
  package let summary: String
  /// Paper or standard.
  package let source: String
  package let parameters: [Parameter]
  package let make: @Sendable (ParameterValues) -> any Squeezer

  init(
    _ key: SqueezerKey, _ summary: String, source: String, parameters: [Parameter] = [],
    make: @escaping @Sendable (ParameterValues) -> any Squeezer
  ) {
    self.key = key
    self.summary = summary
    self.source = source
    self.parameters = parameters
    self.make = make
  }

  /// Its key in a filter file, as in `{median: 2}`.
  package var name: String { key.rawValue }
}

import Common

/// A kind of squeezer as filter files name it: what it takes, what it does, where it comes from.
package struct SqueezerKind: Sendable {
  /// Its key in a filter file, as in `{median: 2}`.
  package let name: String
  /// What it computes, in a phrase.
  package let summary: String
  /// Paper or standard.
  package let source: String
  package let parameters: [Parameter]
  package let make: @Sendable (ParameterValues) -> any Squeezer

  init(
    _ name: String, _ summary: String, source: String, parameters: [Parameter] = [],
    make: @escaping @Sendable (ParameterValues) -> any Squeezer
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.parameters = parameters
    self.make = make
  }

  /// Every kind, in the order in which lists show them.
  package static let all: [SqueezerKind] = [
    BitDepth.kind, Median.kind, NonLocalMeans.kind, Bilateral.kind, Gaussian.kind, JPEGRoundTrip.kind,
    TotalVariation.kind, WaveletShrinkage.kind, Rescale.kind, Mirror.kind, Shift.kind, Look.kind,
    EntropyQuantisation.kind, RandomResizeAndPad.kind, RandomJPEG.kind,
  ]
}

/// What is to be done with an image that is judged.
package struct WantedJudgement: Sendable {
  /// What a judgement holds besides its verdict.
  package struct Parts: OptionSet, Sendable {
    /// The forwarded tensor.
    package static let tensor = Parts(rawValue: 1)
    /// The forwarded picture.
    package static let picture = Parts(rawValue: 2)
    /// The model-size image, also of a flagged one.
    package static let modelImage = Parts(rawValue: 4)

    package let rawValue: Int

    package init(rawValue: Int) { self.rawValue = rawValue }
  }

  /// What becomes of a flagged image.
  package var flagged: FlaggedImages
  /// What is wanted besides the verdict.
  package var parts: Parts
  /// Whether everything is asked, even where the verdict is certain before.
  package var asksEverything: Bool
  /// Whether an image is forwarded that the classifier failed on; the verdict stays `failed`.
  package var failsOpen: Bool

  package init(
    flagged: FlaggedImages = .enforce, parts: Parts = .tensor, asksEverything: Bool = false, failsOpen: Bool = false
  ) {
    self.flagged = flagged
    self.parts = parts
    self.asksEverything = asksEverything
    self.failsOpen = failsOpen
  }
}

/// What is to be done with an image that is judged.
package struct WantedJudgement: Sendable {
  /// What becomes of a flagged image.
  package var flagged: FlaggedImages
  /// Whether the forwarded tensor is wanted, or only the verdict.
  package var tensor: Bool
  /// Whether the forwarded picture is wanted as well.
  package var picture: Bool
  /// Whether an image is forwarded that the classifier failed on; the verdict stays `failed`.
  package var failsOpen: Bool
  /// Whether everything is asked, even where the verdict is certain before.
  package var complete: Bool
  /// Whether the model-size image is wanted as well, also of a flagged one.
  package var modelImage: Bool

  package init(
    flagged: FlaggedImages = .enforce, tensor: Bool = true, picture: Bool = false, failsOpen: Bool = false,
    complete: Bool = false, modelImage: Bool = false
  ) {
    self.flagged = flagged
    self.tensor = tensor
    self.picture = picture
    self.failsOpen = failsOpen
    self.complete = complete
    self.modelImage = modelImage
  }
}

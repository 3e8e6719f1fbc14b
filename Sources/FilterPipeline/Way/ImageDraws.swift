import Squeezers

/// What is drawn for one image from the operator's secret and the image's digest.
struct ImageDraws: Sendable {
  /// For randomised squeezers.
  let seed: ImageSeed
  /// For the order of witnesses; `nil` in a filter without a secret.
  let order: UInt64?
  /// Whether the image is judged completely although it could leave early.
  let isAudited: Bool
}

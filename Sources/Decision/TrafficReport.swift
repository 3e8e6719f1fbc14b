/// Whether the images that come are still like those of the calibration, as far as their scores tell.
package struct TrafficReport: Sendable, Hashable {
  package enum State: Sendable, Hashable {
    /// Too few images were compared for anything but a great change to show.
    case tooFewImages
    case asCalibrated
    /// Clean images score differently than those of the calibration did.
    case stale
  }

  package enum Direction: String, Sendable, Hashable {
    case higher
    case lower
  }

  /// How clean scores have changed.
  package struct Change: Sendable, Hashable {
    /// Whose score it is, in words, as in "the group `image`"; without its name where it is private.
    package var subject: String
    /// Whether scores are higher or lower than those of the calibration.
    package var direction: Direction
    /// Compared images since the change most likely began, up to where it was certain.
    package var images: Int
    /// Of those images' scores among the calibration's, or among those of either that are too low to be flagged, where the
    /// change shows there; ½ in the calibration, and less for higher scores.
    package var meanPValue: Double
    /// What part of the same scores is in the upper fifth of the calibration's.
    package var upperFifth: Double
  }

  package var state: State
  /// How many images were compared.
  package var images: Int
  /// How strongly they speak against the calibration: 0 for not at all, 1 where it is stale; in proportion to the
  /// logarithm of the evidence.
  package var drift: Double
  /// `nil` unless the calibration is stale.
  package var change: Change?

  package init(state: State, images: Int, drift: Double, change: Change?) {
    self.state = state
    self.images = images
    self.drift = drift
    self.change = change
  }
}

extension TrafficReport.Change: CustomStringConvertible {
  /// One sentence without its full stop, as in "over the last 412 clean images, scores of the group `image` are higher than
  /// those of the calibration: 31.0 % are in its upper fifth, and the mean p-value is 0.402".
  package var description: String {
    "over the last \(images) clean images, scores of \(subject) are \(direction.rawValue) than those of the calibration: "
      + "\(Self.rounded(upperFifth * 100, 10)) % are in its upper fifth, and the mean p-value is "
      + "\(Self.rounded(meanPValue, 1000))"
  }

  /// What an operator does about it.
  package static let remedy = "calibrate again with images like those that come now"

  private static func rounded(_ number: Double, _ parts: Double) -> Double { (number * parts).rounded() / parts }
}

import Pixels

/// A detector's statement about one image.
package struct DetectorScore: Sendable {
  /// Higher is more suspicious; `nil` where the detector abstains because it has nothing to go by.
  package var value: Double?
  /// What was seen, in a sentence for people.
  package var sentence: String
  /// What led to the score, by name, for the verdict.
  package var measurements: [Measurement] = []
  /// What each squeezed version says, where squeezed versions were compared.
  package var squeezed: [SqueezedEvidence] = []
  /// Where the evidence lies, in pixels of the image that the detector looked at: the source or the model-size image.
  package var region: PixelRegion?

  /// What it took: the detector's own work, and making and classifying the versions that it asked for.
  package var milliseconds = 0.0

  package init(_ value: Double?, _ sentence: String) {
    self.value = value
    self.sentence = sentence
  }

  package struct Measurement: Sendable {
    package let name: String
    package let value: Double

    package init(_ name: String, _ value: Double) {
      self.name = name
      self.value = value
    }
  }

  /// What one squeezed version of the image says.
  package struct SqueezedEvidence: Sendable {
    package let squeezer: String
    /// How far this version is from the image, in the distance named.
    package let distance: Double
    package let distanceName: String
    package let topClass: Int
    package let topProbability: Float
  }
}

import Decision

/// What a filter's detectors say about one image of a calibration set.
package struct ScoredImage: Sendable, Hashable {
  /// SHA-256 of the image as it came, before any change.
  package var digest: String
  /// `original`, or the change that was made to it.
  package var kind: String
  /// The attack that made it; `nil` for a clean image.
  package var attack: String?
  package var origin: ImageOrigin
  /// One a calibrated detector; `nil` for an abstention.
  package var scores: [Double?]
  /// The score of the published baseline; `nil` without one.
  package var baseline: Double?
  /// The class that the classifier sees in what goes on of it: the image itself, or the squeezed version that the filter forwards.
  package var predictedClass: Int?
  /// The class that it shows, where its path names one.
  package var trueClass: Int?
  /// How sure the classifier is of its answer, in log-odds.
  package var confidence: Double?
  /// What calls of models took, by their names; empty where that is not known.
  package var milliseconds: [String: Double]
  /// What detectors with a threshold of their own say where they flag it, by their names.
  package var flags: [String: String]

  package init(
    digest: String, kind: String, attack: String?, origin: ImageOrigin, scores: [Double?], baseline: Double?,
    predictedClass: Int?, trueClass: Int? = nil, confidence: Double? = nil, milliseconds: [String: Double] = [:],
    flags: [String: String] = [:]
  ) {
    self.flags = flags
    self.milliseconds = milliseconds
    self.digest = digest
    self.kind = kind
    self.attack = attack
    self.origin = origin
    self.scores = scores
    self.baseline = baseline
    self.predictedClass = predictedClass
    self.trueClass = trueClass
    self.confidence = confidence
  }

  /// Whether the classifier is known to give the right answer: an attack that came to nothing, as many do on another model or in
  /// another arithmetic than they were made for.
  package var isAnsweredRightly: Bool { trueClass != nil && predictedClass == trueClass }

  var circumstances: Decision.Circumstances { .init(origin: origin, confidence: confidence) }

  /// The kind of an image as it came.
  package static let original = Calibration.CleanImages.original
}

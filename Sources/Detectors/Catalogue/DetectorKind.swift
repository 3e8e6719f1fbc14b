import Common
import Squeezers

/// A kind of detector as filter files name it: what it looks at, what it takes, what it costs.
package struct DetectorKind: Sendable {
  /// What a detector needs besides the image.
  package enum Needs: String, Sendable, CaseIterable {
    case nothing
    case referenceFile = "a reference of clean images"
    case predictions
    case secondModel = "a second model"
    case autoencoder = "an autoencoder"
  }

  /// A key that holds more than one value, or names something else in the filter.
  package struct Entry: Sendable {
    package let name: String
    package let isRequired: Bool
    package let meaning: String

    init(_ name: String, isRequired: Bool = true, _ meaning: String) {
      self.name = name
      self.isRequired = isRequired
      self.meaning = meaning
    }
  }

  /// Its key in a filter file.
  package let name: String
  /// What it computes, in a phrase.
  package let summary: String
  /// Paper or standard; empty for what was found here.
  package let source: String
  package let needs: Needs
  /// Classifier calls beyond the one for the image itself, for people.
  package let calls: String
  package let parameters: [Parameter]
  package let entries: [Entry]
  /// The threshold where none is given; `nil` for kinds whose scores depend on the classifier and the images.
  package let standardThreshold: Double?
  package let thresholdRange: ClosedRange<Double>
  /// What makes the detector of its parameters; `nil` for kinds that take more than parameters.
  package let make: (@Sendable (ParameterValues) -> any Detector)?

  init(
    _ name: String, _ summary: String, source: String, needs: Needs = .nothing, calls: String = "none",
    parameters: [Parameter] = [], entries: [Entry] = [], standardThreshold: Double? = nil,
    thresholdRange: ClosedRange<Double> = -1e9...1e9,
    make: (@Sendable (ParameterValues) -> any Detector)? = nil
  ) {
    self.name = name
    self.summary = summary
    self.source = source
    self.needs = needs
    self.calls = calls
    self.parameters = parameters
    self.entries = entries
    self.standardThreshold = standardThreshold
    self.thresholdRange = thresholdRange
    self.make = make
  }
}

extension DetectorKind {
  /// Every kind, in the order in which lists show them: first those that cost no classifier call.
  package static let all: [DetectorKind] = [
    FileFindings.kind, ScalingAttack.kind, ChromaResidual.kind, StripeNoise.kind, StripeConsistency.kind,
    PatchEvidence.kind, NaturalStatistics.kind,
    FeatureSqueezing.kind, TransformConsistency.kind, LabelFlip.kind, AuxiliaryModel.kind, EnsembleDisagreement.kind,
    AutoencoderDetector.kind, CertifiedPatch.kind,
  ]
}

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

  package let key: DetectorKey
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
  package let defaultThreshold: Double?
  package let thresholdRange: ClosedRange<Double>
  /// Makes the detector of what a filter file gives it.
  package let make: @Sendable (any DetectorArguments) throws(SluiceError) -> any Detector

  init(
    _ key: DetectorKey, _ summary: String, source: String, needs: Needs = .nothing, calls: String = "none",
    parameters: [Parameter] = [], entries: [Entry] = [], defaultThreshold: Double? = nil,
    thresholdRange: ClosedRange<Double> = -1e9...1e9,
    make: @escaping @Sendable (any DetectorArguments) throws(SluiceError) -> any Detector
  ) {
    self.key = key
    self.summary = summary
    self.source = source
    self.needs = needs
    self.calls = calls
    self.parameters = parameters
    self.entries = entries
    self.defaultThreshold = defaultThreshold
    self.thresholdRange = thresholdRange
    self.make = make
  }

  /// Its key in a filter file.
  package var name: String { key.rawValue }
}

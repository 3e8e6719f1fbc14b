import Classifiers
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// Everything a filter file says, checked: how images are decoded, preprocessed, judged and forwarded.
package struct FilterDefinition: Sendable {
  package var name: String
  package var limits: DecodeLimits
  package var preprocess: [PreprocessStep]
  package var normalisation: Normalisation
  package var tensor: TensorDefinition
  package var classifier: ClassifierDefinition?
  package var detectors: [DetectorDefinition]
  package var forward: ForwardedImage

  /// The element type, axes, channels and quantisation of the forwarded tensor.
  package struct TensorDefinition: Sendable {
    package var element: TensorElement
    package var layout: TensorLayout
    package var channels: TensorChannels
    package var quantisation: Quantisation?
  }

  /// The model behind the filter.
  package struct ClassifierDefinition: Sendable {
    package var openVINO: OpenVINOSettings
    package var labelsPath: String?
  }

  /// A detector with its name in verdicts and its threshold.
  package struct DetectorDefinition: Sendable {
    package var name: String
    package var detector: any Detector
    /// The image is flagged when the score is greater.
    package var threshold: Double
  }

  /// Which version of a clean image goes on to the classifier.
  package enum ForwardedImage: Sendable {
    case original
    case squeezed(any Squeezer)
  }
}

extension SluiceError.Code {
  package static let invalidFilter = SluiceError.Code("invalid-filter")
  package static let unreadableFile = SluiceError.Code("unreadable-file")
}

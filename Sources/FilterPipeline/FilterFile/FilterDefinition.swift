import Classifiers
import Common
import Decision
import Detectors
import ImageCodecs
import Pixels
import Preprocessing
import Squeezers

/// Everything a filter file says, checked: how images are decoded, preprocessed, judged and forwarded.
package struct FilterDefinition: Sendable {
  package var name: String
  package var limits: DecodeLimits
  package var preprocessor: Preprocessor
  package var normalisation: Normalisation
  package var tensor: TensorDefinition
  package var classifier: ClassifierDefinition?
  /// Further models that detectors ask for a second opinion, and autoencoders; names are unique among each.
  package var models: [ModelDefinition]
  package var autoencoders: [ModelDefinition]
  /// The file that says between which values inner tensors lie, for models that are computed in 8-bit integers.
  package var activationRangesPath: String?
  /// The file with the operator's secret, which randomised squeezers take their choices from.
  package var secretPath: String?
  /// Models and their weights, labels, activation ranges, references and the secret: files that a run must not write to.
  package var namedPaths: [String] = []
  package var detectors: [DetectorDefinition]
  /// How the detectors without a threshold of their own decide together.
  package var decision: DecisionDefinition?
  package var forward: ForwardedVersion
  /// What is done to flagged images where they are forwarded sanitised.
  package var sanitize: (any Squeezer)?

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
    /// The arithmetic of the model where witnesses ask it.
    package var witnessPrecision = InferencePrecision.f32
    /// The most images of several callers that are in one call of the model.
    package var maxBatch = defaultMaxBatch

    package static let maxBatchRange = 1...1024
    /// Enough for every usual filter to need one call; the activations of more would cost hundreds of megabytes.
    package static let defaultMaxBatch = 16
  }

  /// A further model, and how the model-size image becomes its input.
  package struct ModelDefinition: Sendable {
    package var name: String
    package var openVINO: OpenVINOSettings
    package var preprocessor: Preprocessor
    package var normalisation: Normalisation
    package var tensor: TensorDefinition

    /// Makes the model's input of an image that was prepared for it.
    package var encoder: TensorEncoder { tensor.encoder(size: preprocessor.outputSize, normalisation) }
  }

  /// The false positive budget, and the calibration that it is spent by.
  package struct DecisionDefinition: Sendable {
    /// The share of clean images that may be flagged.
    package var budget: Double
    package var calibration: CalibrationPaths
    package var rule: DecisionRule
    /// What part of the budget each group has, by name; empty where the file leaves it to `BudgetShares`.
    package var shares: [String: Double] = [:]
    /// Whether clean-looking images may leave before everything was asked; `nil` where they may not.
    package var earlyExit: EarlyExit?

    /// What early exits may cost, and how they are watched.
    package struct EarlyExit: Sendable, Hashable {
      package var limit = ExitLimit()
      /// The share of images that are judged completely, whatever they look like.
      package var audit = 0.01

      package static let auditRange = 0.0...1

      package init() {}
    }

    /// Which calibration holds: one, or one for each arithmetic that the filter may come to.
    package enum CalibrationPaths: Sendable, Hashable {
      case one(String)
      case byPrecision([ComputedPrecision: String])
    }

    package static let shareRange = 1e-3...1
    package static let budgetRange = 1e-6...0.5
  }

  /// A detector with its name in verdicts, and a threshold or a part in the decision.
  package struct DetectorDefinition: Sendable {
    package var name: String
    /// Its key in the filter file.
    package var kind: String
    package var detector: any Detector
    /// The image is flagged when the score is greater; `nil` where the calibration decides.
    package var threshold: Double?
    /// Its share of the budget, or its weight in the fused score before any fitting.
    package var weight = 1.0
    /// The detectors that it shares a part of the budget with.
    package var group = BudgetShares.imageGroup
    /// Whether only the operator and reviewers with the right to it may know that it exists.
    package var isPrivate = false
    /// Whether its looks are computed as the answer is that is given out, whatever the filter says of witnesses.
    package var isExact = false

    /// The file of clean statistics that it compares with, where it has one.
    package var referencePath: String?

    package static let weightRange = 0.0...1000
  }

  /// Which version of a clean image goes on to the classifier.
  package enum ForwardedVersion: Sendable {
    case original
    case squeezed(any Squeezer)
  }
}

extension SluiceError.Code {
  package static let invalidFilter = SluiceError.Code("invalid-filter")
}

extension FilterDefinition {
  /// The form of the tensor that the classifier takes and that is forwarded.
  package var form: TensorForm { tensor.form(size: preprocessor.outputSize) }

  /// Makes tensors of that form from model-size images.
  package var encoder: TensorEncoder { encoder(.unit) }

  /// Makes tensors of that form from model-size images with such samples.
  func encoder(_ values: SampleValues) -> TensorEncoder { tensor.encoder(size: form.size, normalisation, values) }

  /// The detectors that the calibration decides about, in the order of the filter file.
  package var calibratedDetectors: [DetectorDefinition] { detectors.filter { $0.threshold == nil } }

  /// The groups of the calibrated detectors, in the order of the filter file.
  package var groups: [String] {
    var seen: Set<String> = []
    return calibratedDetectors.map(\.group).filter { seen.insert($0).inserted }
  }

  /// Adds a detector without a threshold, for its scores, which are as exact as the classifier's answer.
  package mutating func add(_ detector: any Detector, named name: String) {
    var definition = DetectorDefinition(name: name, kind: name, detector: detector)
    definition.isExact = true
    detectors.append(definition)
  }

  /// The most images that are in one call of the classifier.
  var maxBatch: Int { classifier?.maxBatch ?? ClassifierDefinition.defaultMaxBatch }

  var predictionDetectors: [any PredictionDetector] { detectors.compactMap { $0.detector.predictionDetector } }

  /// The squeezers of all detectors, each once, in the order of the filter file.
  var detectorSqueezers: [any Squeezer] {
    var seen: Set<String> = []
    return predictionDetectors.flatMap(\.squeezers).filter { seen.insert($0.description).inserted }
  }

  /// The autoencoders that detectors ask.
  var askedAutoencoders: [ModelDefinition] {
    let asked = Set(predictionDetectors.flatMap(\.autoencoders))
    return autoencoders.filter { asked.contains($0.name) }
  }

  /// Every squeezer that is named anywhere, each once.
  package var squeezers: [any Squeezer] {
    var seen: Set<String> = []
    var named = detectorSqueezers
    if case .squeezed(let squeezer) = forward { named.append(squeezer) }
    if let sanitize { named.append(sanitize) }
    return named.filter { seen.insert($0.description).inserted }
  }
}

extension FilterDefinition.TensorDefinition {
  package func form(size: PixelSize) -> TensorForm {
    TensorForm(element: element, layout: layout, channels: channels, size: size)
  }

  package func encoder(
    size: PixelSize, _ normalisation: Normalisation, _ sampleValues: SampleValues = .unit
  ) -> TensorEncoder {
    TensorEncoder(
      form: form(size: size), normalisation: normalisation, quantisation: quantisation, sampleValues: sampleValues)
  }
}

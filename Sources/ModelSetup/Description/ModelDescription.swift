import Classifiers
import Common
import Pixels

/// The kinds of model files that the engine reads, told by their endings.
package enum ModelFormat: String, Sendable, Hashable, CaseIterable {
  case onnx = "ONNX"
  case openVINO = "OpenVINO IR"
  case tensorFlowLite = "TensorFlow Lite"

  /// `nil` for another ending.
  package init?(path: String) {
    let path = path.lowercased()
    guard let format = Self.allCases.first(where: { path.hasSuffix($0.ending) }) else { return nil }
    self = format
  }

  package var ending: String {
    switch self {
    case .onnx: ".onnx"
    case .openVINO: ".xml"
    case .tensorFlowLite: ".tflite"
    }
  }
}

/// What a model is, found by reading it and by running it.
package struct ModelDescription: Sendable, Hashable {
  package let path: String
  package let format: ModelFormat
  /// Engine and version.
  package let engine: String
  package let inputs: [ModelTensor]
  package let outputs: [ModelTensor]
  /// What makes it an image classifier, also where filters cannot use its scores; `nil` for any other model.
  package var classifier: ClassifierDescription?
  /// Why it is no image classifier that can be used, and what would help.
  package var refusal: SluiceError?
}

/// What was found by running an image classifier.
package struct ClassifierDescription: Sendable, Hashable {
  package let input: PictureInput
  package var output: ScoreOutput
  /// The sizes that it was run with successfully, the one of its file (or the first that works) first.
  package var sizes: [PixelSize]
  /// The sizes that it refuses, or for which it gives another number of scores.
  package var refusedSizes: [PixelSize]
  /// The numbers of pictures in one call that it was run with successfully.
  package var batches: [Int]
  /// Those that it does not take, or in which it judges a picture otherwise than alone.
  package var refusedBatches: [Int] = []
  package var timings: [CallTiming]
  /// Whether photographs were seen besides noise, which tell one probability from one logit.
  package var isSeenOnPhotographs = false
}

/// The input of a classifier: how it takes pictures.
package struct PictureInput: Sendable, Hashable {
  package let name: String
  package let element: TensorElement
  package let layout: TensorLayout
  /// How many samples a pixel has; for three, the model does not say whether they are RGB or BGR.
  package let channels: PixelChannels
  /// The height and the width that its file fixes; `nil` for one that is open.
  package let fixedHeight: Int?
  package let fixedWidth: Int?
  /// The number of pictures that its file fixes; `nil` where it is open.
  package let fixedBatch: Int?

  package init(
    name: String, element: TensorElement, layout: TensorLayout, channels: PixelChannels, fixedHeight: Int?,
    fixedWidth: Int?, fixedBatch: Int?
  ) {
    self.name = name
    self.element = element
    self.layout = layout
    self.channels = channels
    self.fixedHeight = fixedHeight
    self.fixedWidth = fixedWidth
    self.fixedBatch = fixedBatch
  }

  /// `nil` where width or height is open.
  package var fixedSize: PixelSize? {
    guard let fixedWidth, let fixedHeight else { return nil }
    return PixelSize(width: fixedWidth, height: fixedHeight)
  }

  /// Whether a size is one that its file permits.
  package func permits(_ size: PixelSize) -> Bool {
    (fixedWidth ?? size.width) == size.width && (fixedHeight ?? size.height) == size.height
  }

  /// The form of the tensors of one size.
  package func form(_ size: PixelSize, order: TensorChannels = .rgb) -> TensorForm {
    TensorForm(element: element, layout: layout, channels: channels == .gray ? .gray : order, size: size)
  }
}

/// The output of a classifier.
package struct ScoreOutput: Sendable, Hashable {
  package let name: String
  package let type: String
  package let element: TensorElement?
  /// The shape of the output for one picture.
  package let shape: [Int]
  package var kind: OutputKind
  /// The names of all outputs that could be the scores; none where the user named this one.
  package let candidates: [String]

  package init(
    name: String, type: String, element: TensorElement?, shape: [Int], kind: OutputKind, candidates: [String] = []
  ) {
    self.candidates = candidates
    self.name = name
    self.type = type
    self.element = element
    self.shape = shape
    self.kind = kind
  }

  /// How many numbers it has for one picture.
  package var valueCount: Int { shape.dropFirst().reduce(1, *) }
  /// How many classes they stand for: a single number tells two apart.
  package var classCount: Int { max(2, valueCount) }
}

/// What the numbers of an output stand for, as several runs show.
package enum OutputKind: String, Sendable, Hashable, CaseIterable {
  case logits
  /// They lie in [0, 1] and sum to one.
  case probabilities
  /// They lie in [0, 1] and sum to nearly one on average: a softmax whose small values were rounded away.
  case roundedProbabilities = "rounded probabilities"
  /// One number of any size, positive for the second of two classes.
  case oneLogit = "one logit"
  /// One number in [0, 1]: the probability of the second of two classes.
  case oneProbability = "one probability"
  /// They lie in [0, 1] each by itself: several labels may hold at once.
  case independent = "independent probabilities"
  /// The highest scores of more classes, sorted, so that a place stands for no class.
  case best = "highest scores"
}

/// How long a call with one picture takes on one thread.
package struct CallTiming: Sendable, Hashable {
  package let precision: ComputedPrecision
  /// The median.
  package let milliseconds: Double
}

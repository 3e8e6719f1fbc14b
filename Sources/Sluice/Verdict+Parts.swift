import Decision
import Detectors
import FilterPipeline
import ImageCodecs
import Pixels

extension Verdict {
  /// One detector's part in a verdict.
  public struct Detector: Sendable, Hashable {
    /// Its name in the filter file.
    public let name: String
    /// Which detector it is, such as `featureSqueezing`.
    public let kind: String
    /// How suspicious the image looks to it, higher is more; `nil` where it abstains. The scale is the detector's own.
    public let score: Double?
    /// What the score must exceed for the image to be flagged; `nil` where the calibration decides.
    public let threshold: Double?
    /// The share of clean images that score at least as high, in (0, 1]; `nil` without a calibration.
    public let pValue: Double?
    /// Whether it flags the image by itself.
    public let isFlagged: Bool
    /// Whether only the operator may know of it.
    public let isPrivate: Bool
    /// What it saw, in a sentence.
    public let explanation: String
  }

  /// What the classifier says about an image.
  public struct Prediction: Sendable, Hashable {
    /// The most probable class, counted from 0.
    public let classIndex: Int
    /// Its name; `nil` for filters without labels.
    public let label: String?
    /// In [0, 1].
    public let probability: Double
  }

  /// What the header of an image file declares.
  public struct Image: Sendable, Hashable {
    public let format: Format
    /// In pixels, as stored: before any orientation is applied.
    public let width: Int
    /// In pixels, as stored: before any orientation is applied.
    public let height: Int
  }

  /// A format of image files.
  public enum Format: String, Sendable, Hashable, CaseIterable, Codable {
    case jpeg
    case png
  }

  /// Time spent, in milliseconds.
  public struct Milliseconds: Sendable, Hashable {
    /// On decoding.
    public let decode: Double
    /// On the image in the form that the classifier takes.
    public let preprocess: Double
    /// On detectors and models, the classifier among them.
    public let detect: Double

    /// Altogether.
    public var total: Double { decode + preprocess + detect }
  }

  /// A fact about the encoded file.
  public struct Finding: Sendable, Hashable {
    /// What it is, in kebab case, such as `trailing-bytes`.
    public let code: String
    /// How many bytes, pixels, chunks or frames; `nil` for what is not counted.
    public let count: Int?
    /// The fact in a sentence.
    public let explanation: String
  }
}

extension Verdict.Detector {
  init(_ part: FilterPipeline.Verdict.DetectorVerdict) {
    name = part.name
    kind = part.kind
    score = part.score.value
    threshold = part.threshold
    pValue = part.part?.pValue
    isFlagged = part.isFlagged
    isPrivate = part.isPrivate
    explanation = part.score.sentence
  }
}

extension Verdict.Prediction {
  init(_ prediction: FilterPipeline.Verdict.PredictionSummary) {
    classIndex = prediction.topClass
    label = prediction.label
    probability = Double(prediction.probability)
  }
}

extension Verdict.Finding {
  init(_ finding: ImageCodecs.Finding) {
    code = finding.code.rawValue
    count = finding.count
    explanation = finding.sentence
  }
}

extension Verdict.Image {
  init(_ header: ImageHeader) {
    format =
      switch header.format {
      case .jpeg: .jpeg
      case .png: .png
      }
    width = header.size.width
    height = header.size.height
  }
}

extension Verdict.Milliseconds {
  init(_ timings: FilterPipeline.Verdict.Timings) {
    decode = timings.decode
    preprocess = timings.preprocess
    detect = timings.detect
  }
}

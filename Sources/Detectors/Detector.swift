import Pixels
import Squeezers

/// A witness: turns evidence about one image into a score, higher for more suspicious.
///
/// A detector has no opinion on where suspicion begins; a threshold or a calibration decides that. Detectors are values
/// without state, and may be asked from many threads.
package protocol Detector: Sendable {
  /// By what it looks at, which is when the pipeline asks it. The protocols below give it.
  var sort: DetectorSort { get }
}

/// The sorts of detectors, by the evidence that they look at.
package enum DetectorSort: Sendable {
  /// What the file contains besides its picture.
  case file(FileFindings)
  /// The decoded picture before it is scaled.
  case source(any SourceDetector)
  /// The model-size image.
  case image(any ImageDetector)
  case prediction(any PredictionDetector)
}

extension Detector {
  package var looksAtFile: Bool {
    switch sort {
    case .file: true
    case .source, .image, .prediction: false
    }
  }

  package var looksAtSource: Bool {
    switch sort {
    case .source: true
    case .file, .image, .prediction: false
    }
  }

  /// The detector itself where it compares predictions; `nil` for all others.
  package var predictionDetector: (any PredictionDetector)? {
    switch sort {
    case .prediction(let detector): detector
    case .file, .source, .image: nil
    }
  }
}

/// A detector that looks at the decoded picture before it is scaled. Costs no classifier call.
package protocol SourceDetector: Detector {
  /// - Parameters:
  ///   - source: the decoded picture, of any size from 1×1.
  ///   - size: the size that preprocessing scales it to, before any crop.
  func score(_ source: borrowing PixelImage, scaledTo size: PixelSize) -> DetectorScore
}

extension SourceDetector {
  package var sort: DetectorSort { .source(self) }
}

/// A detector that looks at the model-size image alone. Costs no classifier call.
package protocol ImageDetector: Detector {
  /// - Parameters:
  ///   - shared: what detectors of this image have in common; the first who needs a part of it computes it.
  func score(_ image: borrowing PixelImage, sharing shared: SharedPlanes) -> DetectorScore
}

extension ImageDetector {
  package var sort: DetectorSort { .image(self) }

  /// The score of an image that no other detector looks at.
  package func score(_ image: borrowing PixelImage) -> DetectorScore { score(image, sharing: SharedPlanes()) }
}

/// A detector that compares predictions.
package protocol PredictionDetector: Detector {
  /// The squeezed versions that it wants the classifier's predictions of.
  var squeezers: [any Squeezer] { get }
  /// The further models that it wants predictions of, by their names in the filter file.
  var models: [String] { get }
  /// The autoencoders whose reconstructions it wants predictions of, by their names in the filter file.
  var autoencoders: [String] { get }

  /// - Precondition: the evidence has what `squeezers` and `models` ask for.
  func score(_ evidence: PredictionEvidence) -> DetectorScore
}

extension PredictionDetector {
  package var sort: DetectorSort { .prediction(self) }

  package var squeezers: [any Squeezer] { [] }
  package var models: [String] { [] }
  package var autoencoders: [String] { [] }
}

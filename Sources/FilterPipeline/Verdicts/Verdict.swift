import Detectors
import ImageCodecs
import Pixels

/// What Sluice decided about one input, and everything it decided it on.
package struct Verdict: Sendable {
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// Every detector stayed below its threshold; the tensor is forwarded.
    case clean
    /// A detector exceeded its threshold.
    case adversarial
    /// Not a decodable, permitted image.
    case rejected
    /// Could not be judged: the input could not be read, or the classifier failed.
    case failed
  }

  package struct Prediction: Sendable {
    package var topClass: Int
    package var label: String?
    package var probability: Float
  }

  /// One detector's part in the verdict.
  package struct DetectorVerdict: Sendable {
    package var name: String
    package var kind: String
    package var score: DetectorScore
    package var threshold: Double
    /// Whether a region of the score lies in the picture before it is scaled.
    package var looksAtSource: Bool
    /// A detector that abstains flags nothing.
    package var isFlagged: Bool { score.value.map { $0 > threshold } ?? false }
  }

  package struct TensorSummary: Sendable {
    package var shape: [Int]
    package var element: TensorElement
  }

  /// Time spent, in milliseconds.
  package struct Timings: Sendable {
    package var decode = 0.0
    package var preprocess = 0.0
    package var detect = 0.0
  }

  /// The input's number in the run, counted from 1.
  package var id: Int
  package var source: String
  package var offset: Int?
  /// SHA-256 of the encoded bytes; `nil` where they were not all read.
  package var sha256: String?
  package var outcome: Outcome
  /// Flagged, but forwarded all the same because the run only observes.
  package var isObserved = false
  package var filter: FilterIdentity
  package var header: ImageHeader?
  package var prediction: Prediction?
  package var detectors: [DetectorVerdict] = []
  package var findings: [Finding] = []
  package var tensor: TensorSummary?
  package var error: SluiceError?
  package var timings = Timings()
}

/// Which filter judged: its name, and the SHA-256 of its file.
package struct FilterIdentity: Sendable, Hashable {
  package var name: String
  package var digest: String

  package init(name: String, digest: String) {
    self.name = name
    self.digest = digest
  }
}

extension Verdict.Outcome {
  /// What was done with the input.
  package var action: String {
    switch self {
    case .clean: "forwarded"
    case .adversarial: "flagged"
    case .rejected: "rejected"
    case .failed: "failed"
    }
  }
}

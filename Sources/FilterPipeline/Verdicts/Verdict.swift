import Common
import Decision
import Detectors
import ImageCodecs
import Pixels

/// What Sluice decided about one input, and everything it decided it on.
package struct Verdict: Sendable {
  package enum Outcome: String, Sendable, Hashable, CaseIterable {
    /// No detector exceeded its threshold, and together they spent nothing of the budget; the tensor is forwarded.
    case clean
    /// A detector exceeded its threshold, or the p-value is within the budget.
    case adversarial
    /// Not a decodable, permitted image.
    case rejected
    /// Could not be judged: the input could not be read, or the classifier failed.
    case failed
  }

  /// What was done with an image that was not found clean, instead of holding it back.
  package enum FlaggedHandling: Sendable, Hashable, CaseIterable {
    /// Forwarded as if it were clean.
    case observed
    /// A squeezed version was forwarded.
    case sanitized
    /// Forwarded without a judgement, because the classifier failed and the operator prefers that to no answer.
    case unjudged
  }

  package struct PredictionSummary: Sendable {
    package var topClass: Int
    package var label: String?
    package var probability: Float
    /// ln(p / (1 − p)) of that probability, which tells confidences apart where the probability rounds to one.
    package var logOdds: Double
  }

  /// One detector's part in the verdict.
  package struct DetectorVerdict: Sendable {
    package var name: String
    package var kind: String
    package var score: DetectorScore
    /// `nil` where the calibration decides.
    package var threshold: Double?
    /// Whether only the operator and reviewers with the right to it may know of it.
    package var isPrivate: Bool
    /// The group that it shares a part of the budget with; `nil` where there are no groups that do.
    package var group: String?
    /// Its part in the decision under the calibration.
    package var part: Decision.DetectorPart?
    /// Whether a region of the score lies in the picture before it is scaled.
    package var looksAtSource: Bool
    /// A detector that abstains flags nothing.
    package var isFlagged: Bool {
      guard let value = score.value else { return false }
      return threshold.map { value > $0 } ?? part?.isFlagged ?? false
    }
  }

  /// What the calibrated detectors decided together.
  package struct JointDecision: Sendable {
    package var pValue: StratifiedPValue
    package var budget: Double
    /// The weighted sum of evidence; `nil` where detectors share the budget.
    package var fusedScore: Double?
    package var isFlagged: Bool
    /// The groups that share the budget; empty under other rules than `union`.
    package var groups: [Decision.GroupPart]
    /// The groups all of whose detectors are private.
    package var privateGroups: Set<String>

    init(_ outcome: Decision.Conclusion, budget: Double, privateGroups: Set<String>) {
      self.privateGroups = privateGroups
      pValue = outcome.pValue
      self.budget = budget
      fusedScore = outcome.fusedScore
      isFlagged = outcome.isFlagged
      groups = outcome.groups
    }
  }

  /// A model call that was made for the image.
  package struct Asked: Sendable, Hashable {
    /// `classifier`, or the name of a witness.
    package var name: String
    package var milliseconds: Double
    /// Whether only private detectors ask it.
    package var isPrivate: Bool

    package static let classifier = "classifier"
  }

  /// Where the way of the image ended.
  package enum Ending: String, Sendable, Hashable, CaseIterable {
    /// Everything was asked.
    case complete
    /// It was flagged before everything was asked: nothing else could have changed that.
    case flaggedEarly = "flagged-early"
    /// It looked clean enough to leave before everything was asked.
    case clearedEarly = "cleared-early"
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
  /// Why it was forwarded although it is flagged or was not judged; `nil` for all others.
  package var handling: FlaggedHandling?
  package var filter: FilterIdentity
  package var header: ImageHeader?
  package var prediction: PredictionSummary?
  /// What clean scores depend on; `nil` for what was not decoded.
  package var origin: ImageOrigin?
  /// Those that were asked, in the order of the filter file.
  package var detectors: [DetectorVerdict] = []
  /// Whether the filter has detectors that only the operator may know of.
  package var hasPrivateDetectors = false
  /// The calls of models that were made, in order.
  package var asked: [Asked] = []
  package var ending = Ending.complete
  /// Whether the image stands for the traffic: every one where all are judged completely, and those that were drawn to be
  /// judged completely in a filter with early exits.
  package var isSample = true
  /// The witness after which it would have left early, had it not been drawn for an audit.
  package var auditedExit: String?
  /// `nil` where no calibration is applied.
  package var decision: JointDecision?
  package var findings: [Finding] = []
  package var tensor: TensorSummary?
  package var error: SluiceError?
  package var timings = Timings()
}

/// Which filter judged: its name, the SHA-256 of its file, and where they are wanted those of everything that it rests on.
package struct FilterIdentity: Sendable, Hashable {
  package var name: String
  package var digest: String
  /// SHA-256 of the calibration; `nil` without one, and where it is not traced.
  package var calibration: String?
  /// SHA-256 of models, references and activation ranges, by their keys in the filter file; empty where they are not traced.
  package var files: [CalibrationIdentity.File] = []
  /// The keys of those that only private detectors use.
  package var privateFiles: [String] = []
  /// The arithmetic that models are computed in, `f32`, `bf16` or `int8`, by what is asked, as in calibrations.
  package var precisions: [String: String] = [:]

  package init(name: String, digest: String) {
    self.name = name
    self.digest = digest
  }
}

extension Verdict {
  /// A verdict about an input of which nothing else is known.
  package init(
    ofUnseen source: String, id: Int, sha256: String?, outcome: Outcome, filter: FilterIdentity, error: SluiceError?
  ) {
    self.init(id: id, source: source, sha256: sha256, outcome: outcome, filter: filter, error: error)
  }
}

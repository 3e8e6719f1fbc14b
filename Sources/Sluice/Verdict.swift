import Common
import Cryptography
import Decision
import FilterPipeline

/// What a filter decided about one image, and why.
///
/// The ``tensor`` decides whether the image goes on: it is there exactly when the image may. All else is for the operator:
/// somebody who sends images and sees scores learns how to pass. Senders may know the ``outcome`` at most.
public struct Verdict: Sendable {
  /// What a filter can decide.
  public enum Outcome: String, Sendable, Hashable, CaseIterable, Codable {
    /// No detector found enough against it.
    case clean
    /// A detector's score is above its threshold, or all evidence together is within the false positive budget.
    case adversarial
    /// Not a decodable, permitted image.
    case rejected
    /// It could not be judged, because a model failed or memory ran out. Treat it as if it were flagged.
    case failed
  }

  /// What was done with the image.
  public enum Action: String, Sendable, Hashable, CaseIterable, Codable {
    /// Clean, with its tensor.
    case forwarded
    /// Adversarial, and held back.
    case flagged
    /// Rejected; there is no tensor.
    case rejected
    /// Not judged; there is no tensor.
    case failed
    /// Adversarial, and forwarded all the same, because ``Filter/Options/flagged`` says so.
    case observed
    /// Adversarial, and forwarded in a squeezed version, because ``Filter/Options/flagged`` says so.
    case sanitized
  }

  /// SHA-256 of the encoded image, in lower-case hexadecimal.
  public let sha256: String
  public let outcome: Outcome
  public let action: Action
  /// The image in the form that the classifier takes; `nil` for one that is held back.
  public let tensor: Tensor?
  /// The outcome in a sentence for people.
  public let reason: String
  /// Why there is no judgement; `nil` for images that are `clean` or `adversarial`.
  public let error: FilterError?

  /// How rare images that look at least this suspicious are among clean ones, in (0, 1]; `nil` for filters without a
  /// calibration and for what was not judged. Where the judgement ended early it is an upper bound.
  public let pValue: Double?
  /// The share of clean images that the calibration permits to be flagged; an image is, when its p-value is at most this.
  public let budget: Double?
  /// The detectors that were asked, in the order of the filter file.
  public let detectors: [Detector]
  /// What the classifier says about the image; `nil` for filters without one, and where it was not asked.
  public let prediction: Prediction?
  /// What the header of the file declares; `nil` for what has no header that can be read.
  public let image: Image?
  /// Facts about the file besides its picture, such as bytes after its end.
  public let findings: [Finding]
  /// The time that was spent on the image, without waiting for its turn.
  public let milliseconds: Milliseconds

  private let original: FilterPipeline.Verdict

  init(_ judgement: Judgement, of bytes: [UInt8]) {
    let verdict = judgement.verdict
    original = verdict
    sha256 = verdict.sha256 ?? Digests.sha256(bytes)
    outcome = Outcome(verdict.outcome)
    action = Action(verdict.action)
    tensor = judgement.tensor.map(Tensor.init)
    reason = verdict.reason
    error = verdict.error.map(FilterError.init)
    pValue = verdict.decision?.pValue.value
    budget = verdict.decision?.budget
    detectors = verdict.detectors.map(Detector.init)
    prediction = verdict.prediction.map(Prediction.init)
    image = verdict.header.map(Image.init)
    findings = verdict.findings.map(Finding.init)
    milliseconds = Milliseconds(verdict.timings)
  }
}

extension Verdict {
  /// The number of the image, counted from 1 in the order in which the filter was asked.
  public var id: Int { original.id }
  /// What the caller named the image.
  public var source: String { original.source }

  /// One line of JSON with everything, as `sluice filter` writes it. For the operator alone.
  public var json: String { original.json.text }

  /// The same without what private detectors said; for reviewers who must not know of them.
  public var publicJSON: String { original.publicJSON.text }
}

extension Verdict: Encodable {
  /// Encodes the members that ``json`` has.
  public func encode(to encoder: any Encoder) throws { try original.json.encode(to: encoder) }
}

extension Verdict.Outcome {
  fileprivate init(_ outcome: FilterPipeline.Verdict.Outcome) {
    self =
      switch outcome {
      case .clean: .clean
      case .adversarial: .adversarial
      case .rejected: .rejected
      case .failed: .failed
      }
  }
}

extension Verdict.Action {
  fileprivate init(_ action: FilterPipeline.Verdict.Action) {
    self =
      switch action {
      case .forwarded: .forwarded
      case .flagged: .flagged
      case .rejected: .rejected
      case .observed: .observed
      case .sanitized: .sanitized
      // Nothing goes on unjudged here: that has to be asked for, which this module never does.
      case .failed, .unjudged: .failed
      }
  }
}

/// A verdict as it is written down: what a line of verdicts says, and what a record of the audit log says besides.
///
/// Everything that reads or writes the form goes through this type; `members` declares it. A record says the version of its form,
/// 1, before these members. Since the first release the form has only grown: records without `groups`, `private`, `way`,
/// `precisions`, `search` or `answered` are older, and whatever is missing is `nil` or empty. Members that are not known are ignored.
package struct RecordedVerdict: RecordPart {
  // MARK: - In records of the audit log

  /// What the request is called.
  package var request: String?
  package var route: String?
  /// Who sent the image.
  package var client: String?
  /// The search that the image is a question of; `nil` where none was noticed.
  package var search: String?
  /// What the sender was answered instead of what the verdict says; `nil` where that is what he was answered.
  package var answered: Answered?

  // MARK: - In all verdicts

  /// The input's number in its run, or what the caller's request is called.
  package var id: String?
  package var source: String?
  /// Where in a stream it began, in bytes.
  package var offset: Int?
  package var sha256: String?
  package var outcome: Verdict.Outcome?
  package var action: Verdict.Action?
  /// In 0...1; `nil` where no calibration was applied.
  package var pValue: Double?
  package var budget: Double?
  package var comparison: RecordedComparison?
  package var filter: RecordedFilter?
  package var image: RecordedImage?
  package var prediction: RecordedPrediction?
  package var detectors: [RecordedDetector] = []
  package var findings: [RecordedFinding] = []
  package var way: RecordedWay?
  package var tensor: RecordedTensor?
  package var error: RecordedError?
  package var milliseconds: RecordedTimes?

  // MARK: - In records of the audit log, after the verdict

  /// How many the input has.
  package var bytes: Int?
  /// How the input's bytes are pixels; `nil` for encoded images.
  package var pixels: RecordedPixels?
  /// Whether the bytes were kept.
  package var isQuarantined: Bool?
  /// The version of the program.
  package var build: String?
  /// Whether something was left out for a reader who may not know of private parts.
  package var isWithheld = false

  /// What whoever searches is answered.
  package enum Answered: String, Sendable, Hashable, CaseIterable {
    /// What he was answered first; the image went nowhere.
    case frozen
    /// What he was answered first, of an image that went on to whoever looks at it next.
    case retold
    /// What the verdict says, but later.
    case slowed
    /// That the gateway is busy.
    case refused
  }

  package init() {}

  package static let members: [RecordMember<Self>] = [
    .text("request", \.request), .text("route", \.route), .text("client", \.client),
    .text("search", \.search), .word("answered", \.answered),
    .text("id", \.id), .text("source", \.source), .integer("offset", \.offset), .text("sha256", \.sha256),
    .word("verdict", \.outcome), .word("action", \.action), .number("pValue", \.pValue), .number("budget", \.budget),
    .part("compared", \.comparison), .part("filter", \.filter), .part("image", \.image),
    .part("prediction", \.prediction), .parts(detectorsName, \.detectors), .parts("findings", \.findings),
    .part("way", \.way), .part("tensor", \.tensor), .part("error", \.error), .part("milliseconds", \.milliseconds),
    .integer("bytes", \.bytes), .part("pixels", \.pixels), .truth("quarantined", \.isQuarantined),
    .text("build", \.build), .mark(withheldName, \.isWithheld),
  ]

  /// Where detectors are, and what says that something was left out: for `PrivateParts`, which works on any record.
  static let detectorsName = "detectors"
  static let withheldName = "withheld"
}

extension RecordedVerdict {
  /// The names of the detectors that flagged, in the order of the filter.
  package var flaggedDetectors: [String] { detectors.filter(\.isFlagged).compactMap(\.name) }

  /// Whether the image went on to where it was sent; `nil` where no action is known.
  package var wasForwarded: Bool? {
    action.map { $0.isForwarding && answered != .frozen && answered != .refused }
  }

  /// What was done with the image, and what its sender was answered instead; empty where no action is known.
  package var actionText: String {
    guard let action else { return "" }
    return action.rawValue + (answered.map { ", \($0.rawValue)" } ?? "")
  }

  /// What the input is called; empty where that is only the id of its request.
  package var sourceName: String { source == request ? "" : source ?? "" }

  /// What the classifier said about each squeezed version, whichever detector asked.
  ///
  /// - Complexity: O(versions).
  package var versions: [RecordedVersion] {
    var seen: Set<String> = []
    return detectors.flatMap(\.versions).filter { version in
      version.squeezer.map { seen.insert($0).inserted } ?? false
    }
  }

  /// Whether the classifier sees another class in a version than in the image.
  package func isChanged(_ version: RecordedVersion) -> Bool {
    guard let original = prediction?.topClass, let now = version.topClass else { return false }
    return now != original
  }
}
